// The JavaScript client reads a cache we wrote.  usage: read_cache.mjs CACHE REPO...
import { scanCacheDir } from "@huggingface/hub";

const [cache, ...repos] = process.argv.slice(2);
const said = [];
console.warn = (...words) => said.push(words.join(" "));

function check(fact, what) {
	if (!fact) {
		console.error(`read_cache.mjs: ${what}`);
		process.exit(1);
	}
}

const scan = await scanCacheDir(cache);
check(scan.warnings.length === 0, `warnings: ${scan.warnings}`);
check(said.length === 0, `it warned: ${said}`);
const found = scan.repos.map(({ id }) => (id.type === "dataset" ? `datasets/${id.name}` : id.name)).sort();
check(JSON.stringify(found) === JSON.stringify([...repos].sort()), `repos: ${found}`);
for (const repo of scan.repos) {
	check(repo.revisions.length === 1, `${repo.id.name}: revisions`);
	check(repo.revisions[0].files.length > 0 && repo.size > 0, `${repo.id.name}: no files`);
}
console.log("read_cache.mjs: good");
