#!/usr/bin/env node
// The package finds itself by name: its build, or its sources under scripts/typescript/register.mjs.
const program = await import("@parlour/cli").catch((error) => {
  if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(`Parlour is not built yet (${error.message.split("\n")[0]}). Run: npm run build\n`);
  process.exit(1);
});
await program.main(process.argv.slice(2));
