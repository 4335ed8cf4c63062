//! Finds archive files, names their collector, kind and time, and opens them as plain bytes.
