// A whole repo by the JavaScript library.  usage: fetch_repo.mjs ENDPOINT REPO CACHE
import { snapshotDownload } from "@huggingface/hub";

const [hubUrl, repo, cacheDir] = process.argv.slice(2);
console.debug = () => {}; // it names every file
await snapshotDownload({ repo, cacheDir, hubUrl });
