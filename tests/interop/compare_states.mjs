// The JavaScript client's picture of a repo against ours, with the token in HF_TOKEN.
//
// usage: compare_states.mjs ENDPOINT REPO OUR_STATE [write]
//        compare_states.mjs ENDPOINT REPO gone
//
// OUR_STATE is the JSON that ourclient prints. With "write" the JavaScript client commits afterwards, so
// that ours has something of another's to read. With "gone" there must be no such repo any more.
import { createHash } from "node:crypto";
import { commit, createBranch, downloadFile, listCommits, listFiles, modelInfo, repoExists } from "@huggingface/hub";

const [hubUrl, repo, state, then] = process.argv.slice(2);
const accessToken = process.env.HF_TOKEN;
const as = { repo, hubUrl, accessToken };

function check(fact, what) {
	if (!fact) {
		console.error(`compare_states.mjs: ${what}`);
		process.exit(1);
	}
}

if (state === "gone") {
	check(!(await repoExists(as)), "it is still there");
	process.exit(0);
}

const ours = JSON.parse(state);
const info = await modelInfo({ name: repo, hubUrl, accessToken, additionalFields: ["sha"] });
const files = {};
for await (const entry of listFiles({ ...as, recursive: true, revision: info.sha })) {
	if (entry.type === "file") {
		files[entry.path] = [entry.lfs?.oid ?? entry.oid, entry.size];
	}
}
const titles = [];
for await (const item of listCommits(as)) {
	titles.push(item.title);
}
const sorted = (object) => JSON.stringify(Object.entries(object).sort());
check(info.sha === ours.head, `it sees the head ${info.sha}, we see ${ours.head}`);
check(info.private === ours.private, `private is ${info.private} and ${ours.private}`);
check(sorted(files) === sorted(ours.files), `files: ${sorted(files)} and ${sorted(ours.files)}`);
check(JSON.stringify(titles) === JSON.stringify(ours.titles), `titles: ${titles} and ${ours.titles}`);
check(titles.length > 1 && Object.keys(files).length > 0, "there is nothing to compare");

// It asks for the first byte of what it downloads, which an empty file does not have.
for (const [path, [id, size]] of Object.entries(files).filter(([, [, size]]) => size > 0)) {
	const encoded = path.split("/").map(encodeURIComponent).join("/"); // left to the caller by this client
	const data = Buffer.from(await (await downloadFile({ ...as, path: encoded, xet: false })).arrayBuffer());
	const hash = id.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${data.length}\0`);
	check(data.length === size && hash.update(data).digest("hex") === id, `${path} came back different`);
}

if (then === "write") {
	const add = (path, data) => ({ operation: "addOrUpdate", path, content: new Blob([data]) });
	await commit({
		...as,
		title: "JavaScript's",
		operations: [add("javascript.bin", Buffer.alloc(6_000_000, "\0js")), add("leer.txt", ""), add("日本/ファイル 𝄞 #1.txt", "j"), { operation: "delete", path: "empty.txt" }],
	});
	await createBranch({ ...as, branch: "javascript" });
}
