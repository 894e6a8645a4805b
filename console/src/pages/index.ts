/** The pages beside the log, loaded when the first of them is opened. */
export {};
