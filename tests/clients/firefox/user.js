// Marionette takes any free port.
user_pref("marionette.port", 0);
// What OpenSC's driver can do (docs/signing.md).
user_pref("security.tls.version.max", 3);
user_pref("security.default_personal_cert", "Select Automatically");
// One connection, and no other server than ours: everything but localhost goes to a proxy that is not there.
user_pref("network.http.speculative-parallel-limit", 0);
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("services.settings.server", "data:,");
user_pref("app.normandy.enabled", false);
user_pref("browser.startup.page", 0);
// The questions for a PIN are printed.
user_pref("browser.dom.window.dump.enabled", true);
