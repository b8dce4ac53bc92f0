/** What runs on each node, beside its table. Sums over all rows leave the node, no row does. */
import { ArrayRecord, ClientApp, ConfigRecord, MetricRecord, NDArray, RecordDict } from "corolla";
import { scatterOf, sumsOf } from "./components.ts";
import { loadTable } from "./table.ts";

/** Named in `pyproject.toml`. */
export const app = new ClientApp()
  .query("sums", async (message, context) => {
    const { columns, rows } = await loadTable(context);
    const { count, sums } = sumsOf(rows);
    return message.reply(
      new RecordDict({
        table: new ConfigRecord({ columns: [...columns] }),
        metrics: new MetricRecord({ count }),
        arrays: ArrayRecord.from({ sums: new NDArray(Float64Array.from(sums)) }),
      }),
    );
  })
  .query("scatter", async (message, context) => {
    const { rows } = await loadTable(context);
    const { means } = Object.fromEntries(message.content.arrays("arrays").toNamedArrays());
    const products = scatterOf(rows, [...means.toNumbers()]);
    const scatter = new NDArray(Float64Array.from(products.to1DArray()), [products.rows, products.columns]);
    return message.reply(new RecordDict({ arrays: ArrayRecord.from({ scatter }) }));
  });
