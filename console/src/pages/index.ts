/** The pages beside the log, loaded when the first of them is opened. */
import "./catalogue/catalogue.js";
import "./integrity/integrity.js";
import "./overview/overview.js";
import "./access/access.js";
import "./account/account.js";
import "./activity/activity.js";
