// The JavaScript client fetches repos.  usage: fill_cache.mjs ENDPOINT CACHE KIND/NAME@REVISION...
import { snapshotDownload } from "@huggingface/hub";

const [hubUrl, cacheDir, ...words] = process.argv.slice(2);
console.debug = () => {};
for (const word of words) {
	const [repo, revision] = word.split("@");
	const [type, ...name] = repo.split("/");
	await snapshotDownload({ repo: { type, name: name.join("/") }, revision, cacheDir, hubUrl });
}
