//! What grants permit: the log with everything answers somebody as a log that holds only what that one may see, and in it only the
//! values that may be seen there.

mod addresses;
mod answers;
mod grants;
mod property;
mod world;
mod writing;
