// Builds styles and scripts into the folder that the clinic serves. Nothing is fetched: all parts are installed.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { compile } from "sass";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../src/spinepath/clinic/static/built/", import.meta.url));
mkdirSync(out, { recursive: true });

const styles = compile(`${here}src/pages.scss`, {
  loadPaths: [`${here}node_modules`, `${here}src`],
  style: "compressed",
  quietDeps: true,
  silenceDeprecations: ["if-function"],
});

// the typeface: one variable file for each script; a browser loads only those that a page needs
const inter = `${here}node_modules/@fontsource-variable/inter/`;
const faces = readFileSync(`${inter}wght.css`, "utf8");
for (const [, name] of faces.matchAll(/url\(\.\/files\/([^)]+)\)/g)) copyFileSync(`${inter}files/${name}`, `${out}${name}`);
// a browser keeps what it has read for good, so an address names its content; the templates do it for the other files
const hashOf = (name) => createHash("sha256").update(readFileSync(`${out}${name}`)).digest("hex").slice(0, 10);
const named = faces.replaceAll(/url\(\.\/files\/([^)]+)\)/g, (_, name) => `url(./${name}?v=${hashOf(name)})`);
writeFileSync(`${out}pages.css`, named + styles.css);

// each script in src/ is one file that a page loads
const scripts = readdirSync(`${here}src`).filter((name) => name.endsWith(".js"));
await build({
  entryPoints: scripts.map((name) => `${here}src/${name}`),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  legalComments: "eof",
});
copyFileSync(`${here}node_modules/axe-core/axe.min.js`, `${out}axe.min.js`);
// packed once here, not at each request
for (const name of readdirSync(out).filter((name) => /\.(css|js)$/.test(name)))
  writeFileSync(`${out}${name}.gz`, gzipSync(readFileSync(`${out}${name}`), { level: 9 }));
console.log(`pages.css, ${scripts.map((name) => basename(name)).join(", ")}, axe.min.js`);
