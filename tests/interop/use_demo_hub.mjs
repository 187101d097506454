// The JavaScript client against the demo Hub.  usage: use_demo_hub.mjs ENDPOINT
import { createHash } from "node:crypto";
import { downloadFile, listDatasets, listFiles, listModels, listSpaces, modelInfo, pathsInfo, whoAmI } from "@huggingface/hub";

const hubUrl = process.argv[2];
const ODD = "odd-corner/names-of-all-kinds";

function check(fact, what) {
	if (!fact) {
		console.error(`use_demo_hub.mjs: ${what}`);
		process.exit(1);
	}
}

async function all(items) {
	const result = [];
	for await (const item of items) {
		result.push(item);
	}
	return result;
}

async function bytes(repo, path, more = {}) {
	const blob = await downloadFile({ repo, path, hubUrl, xet: false, ...more });
	return blob && Buffer.from(await blob.arrayBuffer());
}

function matches(entry, data) {
	const known = entry.lfs
		? createHash("sha256").update(data).digest("hex") === entry.lfs.oid
		: createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex") === entry.oid;
	return known && data.length === entry.size;
}

const models = await all(listModels({ hubUrl, additionalFields: ["author", "sha"] }));
check(models.length >= 15, `${models.length} models listed`);
check(models.every((model) => model.author && model.updatedAt instanceof Date), "fields are missing");
check((await all(listModels({ hubUrl, search: { query: "lantern-320" } }))).length === 2, "search");
check((await all(listDatasets({ hubUrl }))).length >= 4, "datasets are missing");
check((await all(listSpaces({ hubUrl }))).length >= 1, "the Space is missing");

const info = await modelInfo({ name: ODD, hubUrl, additionalFields: ["sha"] });
check(/^[0-9a-f]{40}$/.test(info.sha), "no commit");
check((await whoAmI({ accessToken: "hf_interop", hubUrl })).type === "user", "who am I");

const notes = { type: "dataset", name: "meadow-archive/field-notes" };
const tree = await all(listFiles({ repo: notes, recursive: true, hubUrl }));
check(tree.filter((entry) => entry.type === "file").length === 2001, `${tree.length} entries in the big tree`);

const entries = (await all(listFiles({ repo: ODD, recursive: true, hubUrl }))).filter((entry) => entry.type === "file");
const found = await pathsInfo({ repo: ODD, paths: ["rocket 🚀.txt", "none"], hubUrl });
check(found.length === 1 && found[0].path === "rocket 🚀.txt", "paths-info");
// It also asks for the first byte of each file, which an empty one does not have.
for (const entry of entries.filter(({ size }) => size > 0)) {
	// This client puts the path into the address as it is; what an address cannot hold is for the caller to encode.
	const path = entry.path.split("/").map(encodeURIComponent).join("/");
	check(matches(entry, await bytes(ODD, path)), `${entry.path} differs`);
}
const plain = entries.find((entry) => entry.path === "weights/plain.bin");
check(matches(plain, await bytes(ODD, "weights/plain.bin")), "plain name");
const blob = await downloadFile({ repo: ODD, path: "weights/plain.bin", hubUrl, xet: false });
check((await blob.slice(100, 200).arrayBuffer()).byteLength === 100, "a slice");

const ember = "hearthstone-ai/Ember-7B";
const refused = await bytes(ember, "config.json").then(() => undefined, (error) => error);
check(refused?.statusCode === 401, `the gate said ${refused?.statusCode}`);
check((await bytes(ember, "config.json", { accessToken: "hf_interop" })).length > 0, "the gate is shut");
check((await bytes(ODD, "none.txt")) === null, "a missing file");
console.log("use_demo_hub.mjs: good");
