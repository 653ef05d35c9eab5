// /// script
// dependencies = ["@duckdb/node-api@1.5.6-r.1"]
// [tool.us_trade]
// speaks = ["sql"]
// ///
// DuckDB's package for Node.js; client.py says what a request and an answer are.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter } from "node:path";

// npm installs the package into a folder of its own, and puts that folder's .bin on the path.
const load = createRequire(process.env.PATH.split(delimiter)[0]);
const { DuckDBInstance } = load("@duckdb/node-api");
const request = JSON.parse(readFileSync(0, "utf8"));

// A value as JSON has it: dates are objects of DuckDB's, 64-bit integers are BigInt.
function plain(value) {
  if (typeof value === "bigint") return Number(value);
  return value !== null && typeof value === "object" ? value.toString() : value;
}

async function ask({ sql }) {
  try {
    const reader = await connection.runAndReadAll(sql);
    return { rows: reader.getRows().map((row) => row.map(plain)) };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
}

const instance = await DuckDBInstance.create(request.database, { access_mode: "READ_ONLY" });
const connection = await instance.connect();
const answers = [];
for (const question of request.questions) answers.push(await ask(question));
connection.closeSync();
instance.closeSync();

const { version } = load("@duckdb/node-api/package.json");
console.log(JSON.stringify({ version, answers }));
