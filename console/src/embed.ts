/** What a page of another product loads: the element `<indelible-log>` and nothing else. */
export { IndelibleLog } from "./log/indelible-log.js";
