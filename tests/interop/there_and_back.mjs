// One repo written by the JavaScript client and fetched by ours, with the token in HF_TOKEN.
//
// usage: there_and_back.mjs write|compare ENDPOINT CACHE REPO
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { commit, createRepo, modelInfo } from "@huggingface/hub";

const [what, hubUrl, cache, repo] = process.argv.slice(2);
const accessToken = process.env.HF_TOKEN;
const as = { repo, hubUrl, accessToken };
const FILES = {
	"README.md": Buffer.from("# There and back\n"),
	"notes/two words.txt": Buffer.alloc(5000, "x"),
	"leer.txt": Buffer.alloc(0),
	"weights/a.bin": Buffer.alloc(10_000_000, "\0more than is hashed at once"),
};
const add = ([path, data]) => ({ operation: "addOrUpdate", path, content: new Blob([data]) });

function check(fact, what) {
	if (!fact) {
		console.error(`there_and_back.mjs: ${what}`);
		process.exit(1);
	}
}

if (what === "write") {
	await createRepo({ ...as, private: true });
	await commit({ ...as, title: "First", operations: [add(["old.txt", "old\n"]), add(["README.md", "# Old\n"])] });
	await commit({ ...as, title: "Second", operations: [{ operation: "delete", path: "old.txt" }, ...Object.entries(FILES).map(add)] });
} else {
	const folder = join(cache, `models--${repo.replace("/", "--")}`);
	const head = readFileSync(join(folder, "refs", "main"), "utf8");
	const info = await modelInfo({ name: repo, hubUrl, accessToken, additionalFields: ["sha"] });
	check(info.sha === head, `${head} is not the head`);
	const snapshot = join(folder, "snapshots", head);
	const found = readdirSync(snapshot, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
	check(found.length === Object.keys(FILES).length + 1, `${found.length} files were fetched`); // and .gitattributes
	for (const [path, data] of Object.entries(FILES)) {
		check(readFileSync(join(snapshot, path)).equals(data), `${path} was fetched wrong`);
	}
}
