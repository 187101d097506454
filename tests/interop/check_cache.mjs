// The JavaScript client finds in a cache what the Hub had, and fetches nothing.
//
// usage: check_cache.mjs ENDPOINT CACHE TRUTH
//
// TRUTH is what make_repos.py wrote. Its scan knows no folders inside a snapshot or inside refs.
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { scanCacheDir, snapshotDownload } from "@huggingface/hub";

const [hubUrl, cache, truth] = process.argv.slice(2);
const said = [];
console.warn = console.debug = (...words) => said.push(words.join(" ")); // it tells of what it fetches

function check(fact, what) {
	if (!fact) {
		console.error(`check_cache.mjs: ${what}`);
		process.exit(1);
	}
}

const items = JSON.parse(await readFile(truth, "utf-8"));
const digest = async (path) => createHash("sha256").update(await readFile(path)).digest("hex");

const scan = await scanCacheDir(cache);
check(scan.warnings.length === 0, `warnings: ${scan.warnings}`);
check(scan.repos.length === new Set(items.map(({ kind, name }) => `${kind}/${name}`)).size, "repos are missing");
for (const { kind, name, revision, commit, files } of items) {
	const repo = scan.repos.find(({ id }) => id.type === kind && id.name === name);
	const found = repo?.revisions.find(({ commitOid }) => commitOid === commit);
	check(found, `${kind}/${name}: no ${commit}`);
	check(revision.includes("/") || found.refs.includes(revision), `${name}: ${commit} has ${found.refs}`);
	const top = Object.keys(files).filter((path) => !path.includes("/"));
	check(found.files.length === top.length, `${name}: ${found.files.length} files`);
	for (const path of top) {
		const file = found.files.find((one) => one.path.endsWith(`/${path}`));
		check(file && (await digest(file.blob.path)) === files[path], `${name}: ${path}`);
	}
	const folder = await snapshotDownload({ repo: { type: kind, name }, revision, cacheDir: cache, hubUrl });
	check(folder.endsWith(`/${commit}`), `${name}@${revision}: the snapshot is ${folder}`);
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const held = entries.filter((entry) => !entry.isDirectory()).length;
	check(held === Object.keys(files).length, `${name}@${revision}: ${held} files`);
	for (const [path, content] of Object.entries(files)) {
		check((await digest(join(folder, path))) === content, `${name}@${revision}: ${path}`);
	}
}
check(said.length === 0, `it said: ${said}`);
console.log(`check_cache.mjs: ${items.length} good`);
