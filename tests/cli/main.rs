//! Ring 4: the command line, as people and scripts meet it.

mod apdu;
mod card;
mod clock;
mod doctor;
mod exec;
mod files;
mod foreign;
mod forms;
mod json;
mod keys;
mod lists;
mod memory;
mod named;
mod pipes;
mod professional;
mod read;
mod readme;
mod reference;
mod sandbox;
mod secrets;
mod serve;
mod terminal;
mod traces;
mod transcripts;
mod update;
mod writing;
