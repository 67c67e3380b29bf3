//! Bindings that stand in a file.
