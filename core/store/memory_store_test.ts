import { storeSuite } from "../../tests/suites/store_suite.ts";
import { MemoryStore } from "./memory_store.ts";

storeSuite("MemoryStore", () => Promise.resolve(new MemoryStore()));
