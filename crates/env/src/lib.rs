//! Clock, randomness and disk as arguments, so that tests can stand in for them
