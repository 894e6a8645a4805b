/** Forms of the sign-in, loaded when somebody has to sign in. */
import "./invitation.js";
import "./sign-in.js";
