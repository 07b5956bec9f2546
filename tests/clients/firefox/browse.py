"""Who sits before Firefox: opens a page, gives the PIN of the token when asked, once, and prints what the page says.

Firefox is driven by Marionette, its own protocol for tests: a length, a colon, and a list in JSON.
"""

import json
import pathlib
import socket
import subprocess
import sys
import time

profile, url, pin = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
LIMIT = 45  # seconds, for each thing that is waited for

# Types the PIN into the dialog that asks for it. While the dialog is there, Firefox runs no script but this.
WATCH = """
const [pin] = arguments;
let asked = 0;
const typing = (dialog) => {
  const { ui, args } = dialog.Dialog;
  dump(`asked: ${args.text}\\n`);
  asked += 1;
  ui.password1Textbox.value = pin;
  const button = asked === 1 ? ui.button0 : ui.button1;
  button.disabled = false;
  button.click();
};
Services.obs.addObserver(typing, "common-dialog-loaded");
"""

OPEN = """
const triggeringPrincipal = Services.scriptSecurityManager.getSystemPrincipal();
gBrowser.selectedBrowser.fixupAndLoadURIString(arguments[0], { triggeringPrincipal });
"""


class Marionette:
    def __init__(self, port):
        self.channel = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
        self.stream = self.channel.makefile("rb")
        self.number = 0
        self.receive()

    def receive(self):
        length = b""
        while not length.endswith(b":"):
            length += self.stream.read(1) or sys.exit("Firefox has ended")
        return json.loads(self.stream.read(int(length[:-1])))

    def call(self, command, **parameters):
        self.number += 1
        message = json.dumps([0, self.number, command, parameters]).encode()
        self.channel.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self.receive()
        if error:
            sys.exit(f"{command}: {error}")
        return result

    def run(self, script, *arguments):
        return self.call("WebDriver:ExecuteScript", script=script, args=arguments, newSandbox=False)["value"]


browser = subprocess.Popen(
    ["firefox-esr", "--headless", "--marionette", "-remote-allow-system-access", "--no-remote", "--profile", profile]
)
try:
    end = time.monotonic() + LIMIT
    port = profile / "MarionetteActivePort"
    while not (port.exists() and port.read_text()):
        if browser.poll() is not None or time.monotonic() > end:
            sys.exit("Firefox does not listen")
        time.sleep(0.05)
    firefox = Marionette(int(port.read_text()))
    firefox.call("WebDriver:NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "ignore"}})
    firefox.call("Marionette:SetContext", value="chrome")
    firefox.run(WATCH, pin)
    firefox.run(OPEN, url)
    firefox.call("Marionette:SetContext", value="content")
    end = time.monotonic() + LIMIT
    text = ""
    while not text and time.monotonic() < end:
        time.sleep(0.2)
        text = firefox.run("return document.URL === 'about:blank' ? '' : `${document.URL} ${document.body.innerText}`")
    if not text.startswith(url):
        sys.exit(text or "no page came")
finally:
    browser.kill()
    browser.wait()
