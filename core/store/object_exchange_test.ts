import { exchangeSuite } from "../../tests/suites/exchange_suite.ts";
import { temporarySqliteStore } from "../../tests/suites/temporary_store.ts";
import { MemoryStore } from "./memory_store.ts";

exchangeSuite("ObjectExchange over MemoryStore", () => Promise.resolve(new MemoryStore()));
exchangeSuite("ObjectExchange over SqliteStore", temporarySqliteStore);
