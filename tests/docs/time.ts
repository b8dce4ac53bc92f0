/** Loaded before examples run: they make messages, for which whoever runs an app says what time it is. */
import { setTimeSource } from "../../core/model/now.ts";

setTimeSource(() => Date.now() / 1000);
