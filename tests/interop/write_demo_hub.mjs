// The JavaScript client writes to the demo Hub, with the token in HF_TOKEN.  usage: write_demo_hub.mjs ENDPOINT
import { createHash } from "node:crypto";
import { commit, countCommits, createBranch, createRepo, deleteBranch, deleteFile, deleteRepo, downloadFile, listCommits, repoExists } from "@huggingface/hub";

const hubUrl = process.argv[2];
const accessToken = process.env.HF_TOKEN;
const repo = "demo-writer/written-by-javascript";
const as = { repo, hubUrl, accessToken };
const text = Buffer.from("# Written by JavaScript\n");
const binary = Buffer.alloc(6_000_000, "\0more than is hashed at once");

function check(fact, what) {
	if (!fact) {
		console.error(`write_demo_hub.mjs: ${what}`);
		process.exit(1);
	}
}

// What the Hub says of itself, asked for without the client: path -> "id size".
async function state(revision = "main") {
	const address = `${hubUrl}/api/models/${repo}/tree/${encodeURIComponent(revision)}?recursive=true`;
	const entries = await (await fetch(address, { headers: { Authorization: `Bearer ${accessToken}` } })).json();
	const files = entries.filter(({ type, path }) => type === "file" && path !== ".gitattributes");
	return Object.fromEntries(files.map((file) => [file.path, `${file.lfs?.oid ?? file.oid} ${file.size}`]));
}

async function says(expected, head, revision = "main") {
	const found = await state(revision);
	console.log(JSON.stringify({ repo, revision, head, files: found }));
	check(JSON.stringify(found) === JSON.stringify(expected), `${JSON.stringify(found)} at ${revision}`);
	const commits = [];
	const encoded = encodeURIComponent(revision); // this client puts it into the address as it is
	for await (const item of listCommits({ ...as, revision: encoded })) {
		commits.push(item);
	}
	check(commits[0].oid === head, `head ${commits[0].oid} is not ${head}`);
	check((await countCommits({ ...as, revision: encoded })) === commits.length, "commits are miscounted");
	return commits;
}

const regular = (data) => `${createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex")} ${data.length}`;
const large = (data) => `${createHash("sha256").update(data).digest("hex")} ${data.length}`;
const add = (path, data) => ({ operation: "addOrUpdate", path, content: new Blob([data]) });
const refused = (call) => call.then(() => undefined, (error) => error.statusCode);

const made = await createRepo({ ...as });
check(made.repoUrl === `${hubUrl}/${repo}`, made.repoUrl);
check((await refused(createRepo({ ...as }))) === 409, "made twice");
check((await refused(createRepo({ ...as, accessToken: "hf_interop" }))) === 403, "a reader wrote");

const both = await commit({ ...as, title: "Add both", description: "Why not", operations: [add("README.md", text), add("data/weights.bin", binary)] });
const files = { "README.md": regular(text), "data/weights.bin": large(binary) };
const commits = await says(files, both.commit.oid);
check(commits.map(({ title }) => title).join() === "Add both,initial commit", "titles of the commits");
check(both.commit.url === `${hubUrl}/${repo}/commit/${both.commit.oid}`, both.commit.url);
for (const [path, data] of [["README.md", text], ["data/weights.bin", binary]]) {
	const blob = await downloadFile({ ...as, path, xet: false });
	check(Buffer.from(await blob.arrayBuffer()).equals(data), `${path} came back different`);
}

await createBranch({ ...as, branch: "aside" });
const aside = await commit({ ...as, branch: "aside", title: "Step aside", operations: [add("aside.txt", text)] });
await says({ "README.md": files["README.md"], "aside.txt": regular(text), "data/weights.bin": files["data/weights.bin"] }, aside.commit.oid, "aside");
await deleteBranch({ ...as, branch: "aside" });

const pull = await commit({ ...as, isPullRequest: true, title: "Propose", operations: [add("idea.bin", binary.subarray(0, 100))] });
check(pull.pullRequestUrl === `${hubUrl}/${repo}/discussions/1`, pull.pullRequestUrl);
await says({ "README.md": files["README.md"], "data/weights.bin": files["data/weights.bin"], "idea.bin": large(binary.subarray(0, 100)) }, pull.commit.oid, "refs/pr/1");
check((await refused(commit({ ...as, title: "Late", parentCommit: commits[1].oid, operations: [add("x", text)] }))) === 412, "a moved head was not told");

const gone = await deleteFile({ ...as, path: "data/weights.bin" });
await says({ "README.md": files["README.md"] }, gone.commit.oid);
await deleteRepo({ ...as });
check(!(await repoExists({ ...as })), "it is still there");
check((await refused(deleteRepo({ ...as }))) === 404, "deleted twice");
console.log("write_demo_hub.mjs: good");
