// pcsc-mini: waits for a card, reads who is on it, and sees it go, while it is inserted and removed beside.
"use strict";

const { Client, CardDisposition, CardMode, ReaderStatus } = require("pcsc-mini");
const { SELECT, READ, number, virtuale } = require("./common");

const client = new Client();
client.on("error", (error) => {
  throw error;
});
client.on("reader", (reader) => {
  let card;
  let met = false;
  reader.on("change", async (status) => {
    if (status.has(ReaderStatus.PRESENT) && !card) {
      if (!met) throw new Error("the slot is not empty at the start");
      card = await reader.connect(CardMode.SHARED);
      await card.transmit(Uint8Array.from(SELECT));
      console.log(`T=${card.protocol() - 1} ${number(await card.transmit(Uint8Array.from(READ)))}`);
      await card.disconnect(CardDisposition.LEAVE);
      virtuale("remove", "0");
    } else if (!status.has(ReaderStatus.PRESENT) && card) {
      console.log("removed");
      // Not client.stop(): it cancels a wait, and is lost if the next wait has not begun.
      process.exit(0);
    } else if (!met) {
      met = true;
      virtuale("insert", "0", process.argv[2]);
    }
  });
});
client.start();
