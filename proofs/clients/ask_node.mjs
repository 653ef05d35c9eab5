// DuckDB's package for Node.js.  Called as ask_node.mjs REQUEST ANSWER; client.py says what both are.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const request = JSON.parse(readFileSync(process.argv[2], "utf8"));
const load = createRequire(`${request.home}/`);
const { DuckDBInstance } = load("@duckdb/node-api");

// A value as JSON has it: dates are objects of DuckDB's, 64-bit integers are BigInt.
function plain(value) {
  if (typeof value === "bigint") return Number(value);
  return value !== null && typeof value === "object" ? value.toString() : value;
}

const instance = await DuckDBInstance.create(request.database, { access_mode: "READ_ONLY" });
const connection = await instance.connect();
const answers = {};
const errors = {};
for (const { id, language, sql } of request.questions) {
  const key = `${id} (${language})`;
  try {
    const reader = await connection.runAndReadAll(sql);
    answers[key] = reader.getRows().map((row) => row.map(plain));
  } catch (error) {
    errors[key] = String(error.message ?? error);
  }
}
connection.closeSync();
instance.closeSync();

const { version } = load("@duckdb/node-api/package.json");
writeFileSync(process.argv[3], JSON.stringify({ version, answers, errors }));
