//! Where the parts meet: admit, commit, checkpoint, seal, recover, verify
