// Where the host calls: `rule.js` as a component of the contract in `wit/`.

import * as data from "reveille:rules/data@0.1.0";
import * as log from "reveille:rules/log@0.1.0";
import { boundary } from "./reveille.js";
import rule from "../rule.js";

const line = (level) => (...words) => log.write(level, words.map(String).join(" "));
globalThis.console = { debug: line("debug"), log: line("info"), info: line("info"), warn: line("warn"), error: line("error") };

export const { about, planner, decider, formatter } = boundary(rule, data, log);
