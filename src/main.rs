//! The program `virtuale`.

fn main() {}
