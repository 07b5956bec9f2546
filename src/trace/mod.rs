//! The trace format: parse, record, replay.
