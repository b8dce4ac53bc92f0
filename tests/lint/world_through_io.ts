/** Bars the clock, randomness, timers and Deno's APIs outside the folders that are the door to the world. */
const door = /\/(core\/io|cli|tests|proto|examples)\/|_test\.ts$/;
const impureMembers = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "crypto.getRandomValues",
  "crypto.randomUUID",
]);
const impureNames = new Set(["setTimeout", "setInterval", "fetch", "WebSocket"]);
const worldModules =
  /^node:(fs|net|http|https|http2|tls|dns|child_process|worker_threads|timers|sqlite|os|process)(\/|$)/;

/** The rule as a Deno lint plugin. */
export default {
  name: "layers",
  rules: {
    "world-through-io": {
      create(context) {
        if (door.test(context.filename.replaceAll("\\", "/"))) return {};
        const refuse = (node: Deno.lint.Node, name: string) =>
          context.report({
            node,
            message: `Cannot use ${name} here: take it as a port from core/io/ports.ts`,
          });
        return {
          MemberExpression(node) {
            if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
            const name = `${node.object.name}.${node.property.name}`;
            if (node.object.name === "Deno" || impureMembers.has(name)) refuse(node, name);
          },
          CallExpression(node) {
            if (node.callee.type === "Identifier" && impureNames.has(node.callee.name)) {
              refuse(node, node.callee.name);
            }
          },
          NewExpression(node) {
            if (node.callee.type !== "Identifier") return;
            const { name } = node.callee;
            if (impureNames.has(name) || (name === "Date" && node.arguments.length === 0)) {
              refuse(node, `new ${name}`);
            }
          },
          ImportDeclaration(node) {
            const name = node.source.value;
            if (typeof name === "string" && worldModules.test(name)) refuse(node, name);
          },
        };
      },
    },
  },
} satisfies Deno.lint.Plugin;
