// What both programs send, what they look for, and how they move cards.
"use strict";

const { execFile } = require("node:child_process");

// SELECT of the application VITALE, without data of the answer, and READ BINARY of its file number 2.
exports.SELECT = [0x00, 0xa4, 0x04, 0x0c, 0x0b, ...Buffer.from("D250000002564954414C45", "hex")];
exports.READ = [0x00, 0xb0, 0x82, 0x00, 0x00];

// The number of the first person: item 93 of a template 65.
exports.number = (answer) => {
  const bytes = Buffer.from(answer);
  if (bytes[0] !== 0x65 || bytes[2] !== 0x93) throw new Error(`no template 65 with an item 93: ${bytes.toString("hex")}`);
  return bytes.toString("latin1", 4, 4 + bytes[3]);
};

// Runs a verb of the program under test.
exports.virtuale = (...words) => {
  execFile(process.env.VIRTUALE, words, (error) => {
    if (error) throw error;
  });
};
