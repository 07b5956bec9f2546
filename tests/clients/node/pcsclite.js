// @pokusew/pcsclite: waits for a card, reads who is on it, and sees it go, while it is inserted and removed beside.
"use strict";

const pcsclite = require("@pokusew/pcsclite");
const { SELECT, READ, number, virtuale } = require("./common");

const pcsc = pcsclite();
let closing = false;
pcsc.on("error", (error) => {
  // What a wait that we have ended ourselves ends with.
  if (!(closing && error.message.includes("0x80100002"))) throw error;
});
pcsc.on("reader", (reader) => {
  reader.on("status", (status) => {
    const present = status.state & reader.SCARD_STATE_PRESENT;
    const changed = (reader.state ^ status.state) & reader.SCARD_STATE_PRESENT;
    if (reader.state === undefined || reader.state === 0) {
      if (present) throw new Error("the slot is not empty at the start");
      virtuale("insert", "0", process.argv[2]);
    } else if (changed && present) {
      read(reader);
    } else if (changed) {
      console.log("removed");
      // The package cancels each of its two waits five times within 50 ms and then joins the thread, for good: a
      // thread that is not back in its wait by then, on a busy machine, is never woken. Both were woken by the
      // removal just now.
      setTimeout(() => {
        closing = true;
        reader.close();
        pcsc.close();
      }, 1000);
    }
  });
});

function read(reader) {
  reader.connect({ share_mode: reader.SCARD_SHARE_SHARED }, (failure, protocol) => {
    if (failure) throw failure;
    const send = (command) =>
      new Promise((resolve, reject) => {
        reader.transmit(Buffer.from(command), 258, protocol, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    send(SELECT)
      .then(() => send(READ))
      .then((answer) => {
        console.log(`T=${protocol - 1} ${number(answer)}`);
        reader.disconnect(reader.SCARD_LEAVE_CARD, (error) => {
          if (error) throw error;
          virtuale("remove", "0");
        });
      });
  });
}
