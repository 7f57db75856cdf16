// Serves one Worker on workerd, as Miniflare starts it: without the proxy, the inspector and the
// watching of files that `wrangler dev` adds, and whose cost would be measured along.
//
//     BENCH_VARIABLES=<JSON> BENCH_FLAGS=<JSON> node serve.mjs <wrangler.toml> <port> <state folder>

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import wrangler from "wrangler";

const [config, port, state] = process.argv.slice(2);
const variables = JSON.parse(process.env.BENCH_VARIABLES);
const flags = JSON.parse(process.env.BENCH_FLAGS); // with those that Python needs locally
const VENDORED = "python_modules";

const { workerOptions, main } = wrangler.unstable_getMiniflareWorkerOptions(config);
const isPython = main.endsWith(".py");
const { modulesRules, rootPath, ...options } = workerOptions;

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: Number(port),
    log: new Log(LogLevel.WARN),
    cf: false,
    defaultPersistRoot: state,
    handleRuntimeStdio(stdout, stderr) {
      stdout.pipe(process.stdout);
      stderr.pipe(process.stderr);
    },
    ...options,
    name: "bench",
    bindings: { ...options.bindings, ...variables },
    compatibilityFlags: isPython ? flags : options.compatibilityFlags,
    modules: modulesOf(dirname(main), basename(main)),
    modulesRoot: dirname(main),
  }),
);
await miniflare.ready;

// The modules beside the entry, which comes first, and what was vendored, under its folder's name.
function modulesOf(folder, entry) {
  const [type, suffix] = isPython ? ["PythonModule", ".py"] : ["ESModule", ".js"];
  const own = filesIn(folder).filter((name) => name.endsWith(suffix));
  own.sort((a, b) => (b === entry) - (a === entry));
  const modules = own.map((name) => module(type, join(folder, name), join(folder, name)));
  if (!isPython) return modules;
  const vendored = join(rootPath, VENDORED);
  const data = filesIn(vendored).map((name) =>
    module("Data", join(folder, VENDORED, name), join(vendored, name)),
  );
  return [...modules, ...data];
}

function module(type, path, file) {
  const contents = readFileSync(file, type === "Data" ? null : "utf8");
  return { type, path, contents };
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile() && !found.parentPath.includes("__pycache__"))
    .map((found) => join(found.parentPath, found.name).slice(folder.length + 1));
}
