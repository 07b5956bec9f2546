//! What one French health card does.
//!
//! Most of a card is data: its layout says which files it has and who may read them. An applet is the part that data
//! cannot say. Applets depend on the engine only.

#![no_std]

pub mod layouts;
