/** What a form says of a token that is to be made. */
import { grantOf } from "./grant-fields.js";
import type { NewProgram } from "./types.js";

/** The token that the form asks for; what is not filled in is not said. */
export function newProgram(form: FormData): NewProgram {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const amount = (name: "events_per_second" | "bytes_per_second"): object => (text(name) === "" ? {} : { [name]: Number(text(name)) });
  const limits = { ...amount("events_per_second"), ...amount("bytes_per_second") };
  return {
    name: text("name"),
    ...grantOf(form),
    ...(Number(text("expires_in")) > 0 ? { expires_in: Number(text("expires_in")) } : {}),
    ...(text("source") === "" ? {} : { source: text("source") }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}
