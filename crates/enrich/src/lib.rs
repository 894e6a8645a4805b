//! What an address or a user agent tells: country and city, browser, operating system, CI platform
