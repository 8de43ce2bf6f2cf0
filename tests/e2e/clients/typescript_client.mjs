// What a client made with the TypeScript SDK sees of a server, as JSON.
//
//     node typescript_client.mjs NPM_ROOT stdio CALLS COMMAND [ARGUMENT …]
//     node typescript_client.mjs NPM_ROOT http CALLS URL [AUTHORIZATION]
//
// CALLS is a JSON list of [tool, arguments]. The environment is passed on to the command.

import { createRequire } from "node:module";
import { join } from "node:path";

const [root, transport, calls, ...rest] = process.argv.slice(2);
const require = createRequire(join(root, "here.cjs"));
const sdk = (module) => require(`@modelcontextprotocol/sdk/client/${module}.js`);
const { Client } = sdk("index");

function connection() {
  if (transport === "http") {
    const { StreamableHTTPClientTransport } = sdk("streamableHttp");
    const headers = rest[1] ? { Authorization: rest[1] } : {};
    return new StreamableHTTPClientTransport(new URL(rest[0]), { requestInit: { headers } });
  }
  const { StdioClientTransport } = sdk("stdio");
  const [command, ...args] = rest;
  return new StdioClientTransport({ command, args, env: process.env, stderr: "ignore" });
}

const client = new Client({ name: "airvane-e2e", version: "0" });
await client.connect(connection());
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const answers = [];
for (const [name, args] of JSON.parse(calls)) {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map((part) => part.text).join("\n");
  answers.push({ text, is_error: result.isError === true });
}
await client.close();
console.log(JSON.stringify({ tools, answers }));
