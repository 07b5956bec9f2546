//! Reads a Vitale: recognises it, follows its POINTERS, decodes its files with a layout, and checks what they say.

mod volet;

pub use volet::{Accident, Beneficiary, CardFacts, Complementary, Coverage, Insured, Period, Service, Sundry, Volet};
