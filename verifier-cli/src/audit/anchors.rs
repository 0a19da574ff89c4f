//! What a witness claims to be about.
