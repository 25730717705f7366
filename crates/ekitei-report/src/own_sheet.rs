//! stub while building
