#pragma once

#include <span>

// What recorded answers of the real Hub say, taken from them by a program of another language. The
// forms of the facts stand in fixtures.cpp.
struct Recorded {
    const char *file;
    const char *facts;
};

inline constexpr Recorded recordedInfos[] = {
    {"model-info/HuggingFaceH4__zephyr-7b-beta.json",
     "HuggingFaceH4/zephyr-7b-beta|HuggingFaceH4|684157|1667|7241732096|-1|open|te"
     "xt-generation|transformers|-|2023-10-26T11:25:49Z|2024-10-16T11:48:13Z|22|89"
     "2b3d7a7b1cf10c7a701c60881cd93df615734c|mit|43587527997|-1"},
    {"model-info/Qwen__Qwen2.5-72B-Instruct.expand-inferenceProviderMapping.json",
     "Qwen/Qwen2.5-72B-Instruct|Qwen|-1|-1|-1|-1|open|-|-|-|-|-|0|-|-|-1|-1"},
    {"model-info/Salesforce__blip-image-captioning-base.json",
     "Salesforce/blip-image-captioning-base|Salesforce|5600691|654|-1|-1|open|imag"
     "e-to-text|transformers|-|2022-12-12T15:19:02Z|2025-02-03T06:45:16Z|11|82a377"
     "60796d32b1411fe092ab5d4e227313294b|bsd-3-clause|5939080634|-1"},
    {"model-info/black-forest-labs__FLUX.1-dev.expand-inferenceProviderMapping.json",
     "black-forest-labs/FLUX.1-dev|black-forest-labs|-1|-1|-1|-1|open|-|-|-|-|-|0|"
     "-|-|-1|-1"},
    {"model-info/dbmdz__bert-large-cased-finetuned-conll03-english.json",
     "dbmdz/bert-large-cased-finetuned-conll03-english|dbmdz|1465961|78|333588489|"
     "-1|open|token-classification|transformers|-|2022-03-02T23:29:05Z|2023-09-06T"
     "22:17:56Z|11|4c534963167c08d4b8ff1f88733cf2930f86add0|-|6668556323|-1"},
    {"model-info/deepset__roberta-base-squad2.json",
     "deepset/roberta-base-squad2|deepset|1801802|842|124057092|-1|open|question-a"
     "nswering|transformers|-|2022-03-02T23:29:05Z|2024-09-24T15:48:47Z|16|adc3b06"
     "f79f797d1c575d5479d6f5efe54a9e3b4|cc-by-4.0|3943613347|-1"},
    {"model-info/docling-project__docling-layout-heron__revision__main.json",
     "docling-project/docling-layout-heron|docling-project|681238|25|42889979|-1|o"
     "pen|-|-|-|2025-04-15T12:36:48Z|2026-01-05T13:52:29Z|6|54100edecdceb65a9d8204"
     "d2478ac4cc8d4ca68b|apache-2.0|514976988|-1"},
    {"model-info/espnet__kan-bayashi_ljspeech_vits.json",
     "espnet/kan-bayashi_ljspeech_vits|espnet|2354|219|-1|-1|open|text-to-speech|e"
     "spnet|-|2022-03-02T23:29:05Z|2021-10-23T20:27:43Z|8|d6a4ffce1bde343237aa6aea"
     "48ebafe7b9043880|cc-by-4.0|372559183|-1"},
    {"model-info/facebook__bart-large-mnli.json",
     "facebook/bart-large-mnli|facebook|2799147|1331|407344133|-1|open|zero-shot-c"
     "lassification|transformers|-|2022-03-02T23:29:05Z|2023-09-05T14:49:34Z|15|d7"
     "645e127eaf1aefc7862fd59a17a5aa8558b8ce|mit|13026780903|-1"},
    {"model-info/facebook__detr-resnet-50.json",
     "facebook/detr-resnet-50|facebook|1089904|837|41631008|-1|open|object-detecti"
     "on|transformers|-|2022-03-02T23:29:05Z|2024-04-10T13:56:31Z|11|1d5f47bd3bdd2"
     "c4bbfa585418ffe6da5028b4c0b|apache-2.0|835779962|-1"},
    {"model-info/google-bert__bert-base-uncased.json",
     "google-bert/bert-base-uncased|google-bert|72376843|2065|110106428|-1|open|fi"
     "ll-mask|transformers|-|2022-03-02T23:29:04Z|2024-02-19T11:06:12Z|19|86b5e093"
     "4494bd15c9632b12f734a8a67f723594|apache-2.0|12904182200|-1"},
    {"model-info/google-t5__t5-small.json",
     "google-t5/t5-small|google-t5|5747624|433|60506880|-1|open|translation|transf"
     "ormers|-|2022-03-02T23:29:04Z|2023-06-30T02:31:26Z|30|df1b051c49625cf57a3d0d"
     "8d3863ed4d13564fe4|apache-2.0|6670957658|-1"},
    {"model-info/google__flan-t5-large.json",
     "google/flan-t5-large|google|1710518|717|783150080|-1|open|text2text-generati"
     "on|transformers|-|2022-10-21T10:07:08Z|2023-07-17T12:49:05Z|29|0613663d0d48e"
     "a86ba8cb3d7a44f0f65dc596a2a|apache-2.0|15929620947|-1"},
    {"model-info/google__vit-base-patch16-224.json",
     "google/vit-base-patch16-224|google|8458647|757|86567656|-1|open|image-classi"
     "fication|transformers|-|2022-03-02T23:29:05Z|2023-09-05T15:27:12Z|16|3f49326"
     "eb077187dfe1c2a2bb15fbd74e6ab91e3|apache-2.0|2550907501|-1"},
    {"model-info/jonatasgrosman__wav2vec2-large-xlsr-53-english.json",
     "jonatasgrosman/wav2vec2-large-xlsr-53-english|jonatasgrosman|18234759|466|31"
     "5472545|-1|open|automatic-speech-recognition|transformers|-|2022-03-02T23:29"
     ":05Z|2023-03-25T10:56:55Z|20|569a6236e92bd5f7652a0420bfe9bb94c5664080|apache"
     "-2.0|7177619310|-1"},
    {"model-info/meta-llama__Llama-3.1-8B-Instruct.json",
     "meta-llama/Llama-3.1-8B-Instruct|meta-llama|5795728|3763|8030261248|-1|manua"
     "l|text-generation|transformers|-|2024-07-18T08:56:00Z|2024-09-25T17:00:57Z|2"
     "5|0e9e39f249a16976918f6564b8830bc894c89659|llama3.1|32123357950|-1"},
    {"model-info/meta-llama__Llama-3.1-8B.expand.trimmed.json",
     "meta-llama/Llama-3.1-8B|meta-llama|607450|2579|-1|21|manual|-|-|-|2024-07-14"
     "T22:20:15Z|2024-10-16T22:00:37Z|0|d04e592bb4f6aa9cfee91e2e20afa771667e1d4b|-"
     "|-1|28272325"},
    {"model-info/microsoft__DialoGPT-small.json",
     "microsoft/DialoGPT-small|microsoft|197493|121|175620096|-1|open|text-generat"
     "ion|transformers|-|2022-03-02T23:29:05Z|2024-02-29T15:48:41Z|14|49c537161a45"
     "7d5256512f9d2d38a87d81ae0f0e|mit|4364774105|-1"},
    {"model-info/openai-community__gpt2.json",
     "openai-community/gpt2|openai-community|17272637|2630|137022720|-1|open|text-"
     "generation|transformers|-|2022-03-02T23:29:04Z|2024-02-19T10:57:45Z|18|607a3"
     "0d783dfa663caf39e06633721c8d4cfcd7e|mit|13632917530|-1"},
    {"model-info/openai__clip-vit-base-patch32.json",
     "openai/clip-vit-base-patch32|openai|14980810|638|-1|-1|open|zero-shot-image-"
     "classification|transformers|-|2022-03-02T23:29:05Z|2024-02-29T09:45:55Z|11|3"
     "d74acf9a28c67741b2f4f2ea7635f0aaf6f0268|-|3632041404|-1"},
    {"model-info/openai__whisper-large-v3.expand-inferenceProviderMapping.json",
     "openai/whisper-large-v3|openai|-1|-1|-1|-1|open|-|-|-|-|-|0|-|-|-1|-1"},
    {"model-info/sentence-transformers__all-MiniLM-L6-v2.2025-12.json",
     "sentence-transformers/all-MiniLM-L6-v2|sentence-transformers|152259509|4212|"
     "22713728|-1|open|sentence-similarity|sentence-transformers|-|2022-03-02T23:2"
     "9:05Z|2025-03-06T13:37:44Z|43|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|apach"
     "e-2.0|1844563487|-1"},
    {"model-info/sentence-transformers__all-MiniLM-L6-v2.json",
     "sentence-transformers/all-MiniLM-L6-v2|sentence-transformers|90148743|3148|2"
     "2713728|-1|open|sentence-similarity|sentence-transformers|-|2022-03-02T23:29"
     ":05Z|2025-03-06T13:37:44Z|43|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|apache"
     "-2.0|1359848534|-1"},
    {"model-info/speechbrain__sepformer-wham.json",
     "speechbrain/sepformer-wham|speechbrain|1554|42|-1|-1|open|audio-to-audio|spe"
     "echbrain|-|2022-03-02T23:29:05Z|2024-02-19T13:18:06Z|14|3f70635a1a640713e5af"
     "867b35de7929834bdeda|apache-2.0|318843458|-1"},
    {"model-info/stabilityai__stable-diffusion-2-1.2024-04.json",
     "stabilityai/stable-diffusion-2-1|stabilityai|1507735|3682|-1|-1|open|text-to"
     "-image|diffusers|-|2022-12-06T17:24:51Z|2023-07-05T16:19:17Z|12|5cae40e6a274"
     "5ae2b01ad92ae5043f95f23644d6|openrail++|-1|-1"},
    {"model-info/stabilityai__stable-diffusion-2-1.json",
     "stabilityai/stable-diffusion-2-1|stabilityai|1015720|3928|-1|-1|open|text-to"
     "-image|diffusers|-|2022-12-06T17:24:51Z|2023-07-05T16:19:17Z|12|5cae40e6a274"
     "5ae2b01ad92ae5043f95f23644d6|openrail++|57147037677|-1"},
    {"repo-write/secrets-2025-03/03-GET-revision-expand-xetEnabled-200.json",
     "user/tmp_test_space|user|-1|-1|-1|-1|open|-|-|-|-|-|0|-|-|-1|-1"},
    {"repo-write/static-space-2025-03/03-GET-revision-expand-xetEnabled-200.json",
     "user/tmp_test_space|user|-1|-1|-1|-1|open|-|-|-|-|-|0|-|-|-1|-1"},
    {"repo-write/variables-2025-03/03-GET-revision-expand-xetEnabled-200.json",
     "user/tmp_test_space|user|-1|-1|-1|-1|open|-|-|-|-|-|0|-|-|-1|-1"},
};

inline constexpr Recorded recordedLists[] = {
    {"datasets-list/item.zake7749.json",
     "1|zake7749/Qwen-3.6-plus-agent-tool-calling-trajectory|zake7749|804|15|-1|-1"
     "|open|-|-|-|2026-05-10T17:23:07Z|2026-05-10T18:07:53Z|3|zake7749/Qwen-3.6-pl"
     "us-agent-tool-calling-trajectory"},
    {"models-list/search.google-qat.trimmed.json",
     "2|google/gemma-4-26B-A4B-it-qat-q4_0-gguf|google|427188|-1|25233142046|-1|op"
     "en|-|-|-|-|-|0|google/gemma-3-4b-it-qat-q4_0-gguf"},
    {"models-list/trending-two-items.json",
     "2|moonshotai/Kimi-K2-Thinking|moonshotai|5119|578|-1|580|open|text-generatio"
     "n|transformers|-|2025-11-04T08:25:31Z|-|11|MiniMaxAI/MiniMax-M2"},
    {"spaces-list/semantic-search.json",
     "4|ginipick/FLUXllama|ginipick|-1|378|-1|8|open|-|-|gradio|2024-08-22T02:55:2"
     "2Z|2025-05-21T13:20:06Z|0|black-forest-labs/FLUX.1-schnell"},
};

inline constexpr Recorded recordedTrees[] = {
    {"paths-info/bert-base-uncased.tf_model.expand.json",
     "tf_model.h5:536063208:a7a17d6d844b:879c5715c18a:dd4bc8b21efa:2019-09-23T19:4"
     "8:44Z"},
    {"paths-info/bert-base-uncased.tf_model.json",
     "tf_model.h5:536063208:a7a17d6d844b:879c5715c18a:-:-"},
    {"tree/Qwen2.5-7B-Instruct-GGUF.trimmed.json",
     "LICENSE:11343:6634c8cc3133:-:-:-|qwen2.5-7b-instruct-q2_k.gguf:3015940000:a0"
     "fc885ff014:a146ea5482d2:-:-|qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf:3"
     "993201344:dfce12e3862a:3f05ffd19211:-:-|qwen2.5-7b-instruct-q4_k_m-00002-of-"
     "00002.gguf:689872288:539cf93f78e8:02b0dbe3f870:-:-"},
    {"tree/bert-base-uncased.dd4bc8b2.expand.json",
     ".gitattributes:345:dc08351d4dc0:-:504939aa53e8:2018-11-14T23:35:08Z|config.j"
     "son:313:fca794a5f07f:-:bb3c1c3256d2:2019-06-18T09:06:51Z|pytorch_model.bin:4"
     "40473133:097417381d6c:2d8408d3a894:3d2477d72b67:2019-06-18T09:06:34Z|tf_mode"
     "l.h5:536063208:a7a17d6d844b:879c5715c18a:dd4bc8b21efa:2019-09-23T19:48:44Z|v"
     "ocab.txt:231508:fb140275c155:-:2f07d813ca87:2018-11-14T23:35:08Z"},
    {"tree/bert-base-uncased.dd4bc8b2.json",
     ".gitattributes:345:dc08351d4dc0:-:-:-|config.json:313:fca794a5f07f:-:-:-|pyt"
     "orch_model.bin:440473133:097417381d6c:2d8408d3a894:-:-|tf_model.h5:536063208"
     ":a7a17d6d844b:879c5715c18a:-:-|vocab.txt:231508:fb140275c155:-:-:-"},
    {"tree/gpt2.trimmed.json",
     "onnx:d:d03ec5ec179d:-:-:-|config.json:665:10c66461e4c1:-:-:-|model.safetenso"
     "rs:548105171:248dfc391186:63bed80836ee:-:-"},
    {"tree/nllb-200-3.3B.recursive.json",
     ".gitattributes:1570:52373fe24473:-:-:-|LICENSE.model.md:19333:d1bbe803440c:-"
     ":-:-|README.md:14284:ba8dd2fd4f27:-:-:-|config.json:189:caabe0314903:-:-:-|m"
     "odel.bin:6693963996:4cf267b3c923:62eb480ec763:-:-|sentencepiece.bpe.model:48"
     "52054:14bb8dfb35c0:5a49bb827da4:-:-|shared_vocabulary.json:5921176:af6771314"
     "c67:-:-:-|special_tokens_map.json:3548:02fba84e401d:-:-:-|tokenizer.json:173"
     "31176:e316b82de11d:0202f54e596c:-:-|tokenizer_config.json:564:742aa330eae6:-"
     ":-:-"},
};

inline constexpr Recorded recordedRefs[] = {
    {"refs/gpt2.json", "branches:main:refs/heads/main:607a30d783dfa663caf39e06633721c8d4cfcd7e"},
};

inline constexpr Recorded recordedCommits[] = {
    {"commits/gpt2.limit1.json",
     "607a30d783dfa663caf39e06633721c8d4cfcd7e|Adds the tokenizer configuration fi"
     "le (#80)|81|lysandre|2024-02-19T10:57:45Z"},
};

inline constexpr Recorded recordedAccounts[] = {
    {"whoami/fine-grained.json",
     "someuser|Some User|user|/avatars/c29c48bb384f19427348c1e0ae5f1d5a.svg|0|depl"
     "oyement|fineGrained|fine|free"},
};

inline constexpr Recorded recordedCreated[] = {
    {"repo-write/secrets-2025-03/01-POST-create-409.json",
     "https://huggingface.co/spaces/user/tmp_test_space|spaces/user/tmp_test_space"},
    {"repo-write/static-space-2025-03/01-POST-create-200.json",
     "https://huggingface.co/spaces/user/tmp_test_space|spaces/user/tmp_test_space"},
    {"repo-write/variables-2025-03/01-POST-create-200.json",
     "https://huggingface.co/spaces/user/tmp_test_space|spaces/user/tmp_test_space"},
};

inline constexpr Recorded recordedPreuploads[] = {
    {"repo-write/secrets-2025-03/02-POST-preupload-200.json", "app.py:regular:wanted"},
    {"repo-write/static-space-2025-03/02-POST-preupload-200.json", "app.py:regular:wanted"},
    {"repo-write/variables-2025-03/02-POST-preupload-200.json", "app.py:regular:wanted"},
};

inline constexpr Recorded recordedCommitResults[] = {
    {"repo-write/secrets-2025-03/04-POST-commit-200.json",
     "855efb9561990d02233a49204227f93ba5cfaa81|https://huggingface.co/spaces/user/"
     "tmp_test_space/commit/855efb9561990d02233a49204227f93ba5cfaa81"},
    {"repo-write/static-space-2025-03/04-POST-commit-200.json",
     "18404cdff7a1dbb7890b52aa94d6f6db6e7b580a|https://huggingface.co/spaces/user/"
     "tmp_test_space/commit/18404cdff7a1dbb7890b52aa94d6f6db6e7b580a"},
    {"repo-write/variables-2025-03/04-POST-commit-200.json",
     "eff8e0eb38c673ede5f5d4c4d106255900fa39e2|https://huggingface.co/spaces/user/"
     "tmp_test_space/commit/eff8e0eb38c673ede5f5d4c4d106255900fa39e2"},
};

inline constexpr Recorded recordedWords[] = {
    {"errors/401-api-missing-repo-anonymous.json", "Invalid username or password."},
    {"errors/401-resolve-missing-repo-anonymous.txt", "Invalid username or password."},
    {"errors/404-api-revision-not-found.json", "Invalid rev id: badrev"},
    {"errors/404-resolve-entry-not-found.txt", "Entry not found"},
    {"errors/404-tree-path-missing.all-MiniLM-L6-v2.json",
     "additional_chat_templates does not exist on \"main\""},
    {"errors/404-user-not-found.json", "This user does not exist"},
    {"errors/429-api-anonymous.json",
     "We had to rate limit your IP (203.0.113.7). To continue using our service, c"
     "reate a HF account or login to your existing account, and make sure you pass"
     " a HF_TOKEN if you're using the API."},
    {"errors/429-api-authed.json",
     "We had to rate limit you, you hit the quota of 1000 api requests per 5 minut"
     "es period. Upgrade to a PRO user or Team/Enterprise organization account (ht"
     "tps://hf.co/pricing) to get higher limits. See https://huggingface.co/docs/h"
     "ub/rate-limits"},
    {"errors/500-xet-read-token.json",
     "Internal Error - We're working hard to fix this as soon as possible!"},
    {"errors/504-cloudfront.txt",
     "504 ERROR The request could not be satisfied. CloudFront attempted to establ"
     "ish a connection with the origin, but either the attempt failed or the origi"
     "n closed the connection. We can't connect to the server for this app or webs"
     "ite at this time. There might be too much traffic or a configuration error. "
     "Try again later, or contact the app or website owner. If you provide content"
     " to customers through CloudFront, you can find steps to troubleshoot and hel"
     "p prevent this error by reviewing the CloudFront documentation. Generated by"
     " cloudfront (CloudFront) Request ID: 2C_ihMAiSIS48zAh-"},
    {"errors/inference-400.on-answering_deepset_roberta-base-squad2.9f3971.json",
     "Error in `inputs.context`: field required"},
    {"errors/inference-401.Llama-3-70B-Instruct_v1_chat_completions.90efb9.json",
     "Invalid username or password."},
    {"errors/inference-422.Llama-3-70B-Instruct_v1_chat_completions.cfd96f.body.txt",
     "Failed to deserialize the JSON body into the target type: messages: invalid "
     "type: string \"please output 'Observation'\", expected a sequence at line 1 "
     "column 91"},
    {"errors/inference-422.google_flan-t5-xxl.e264e1.json",
     "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 1512. "
     "Given: 2 `inputs` tokens and 10000 `max_new_tokens`"},
    {"errors/inference-500.osoft_DialoGPT-small_v1_chat_completions.4a12e8.json", "unknown error"},
    {"errors/inference-503.espnet_kan-bayashi_ljspeech_vits.41580a.json",
     "Model espnet/kan-bayashi_ljspeech_vits is currently loading"},
    {"errors/inference-503.facebook_detr-resnet-50-panoptic.63177b.json",
     "Model facebook/detr-resnet-50-panoptic is currently loading"},
    {"errors/inference-503.feature-extraction_facebook_bart-base.63898e.json",
     "Model facebook/bart-base is currently loading"},
    {"errors/inference-503.ntence-similarity_BAAI_bge-small-en-v1.5.db2bda.json",
     "Model BAAI/bge-small-en-v1.5 is currently loading"},
    {"errors/inference-503.rt-large-cased-finetuned-conll03-english.bad5a0.json",
     "Model dbmdz/bert-large-cased-finetuned-conll03-english is currently loading"},
};

inline constexpr Recorded recordedHeads[] = {
    {"commits/gpt2.limit1.http",
     "200|api 467 47 500 300|-|-|-|-|-|-|https://huggingface.co/api/models/openai-"
     "community/gpt2/commits/main?p=1&limit=1"},
    {"errors/401-resolve-gated-anonymous.http", "401|resolvers 2996 281 -1 300|-|-|-|-|-|-|-"},
    {"errors/404-resolve-entry-not-found.http",
     "404|resolvers 2976 166 -1 300|-|-|-|-|dc7cdfe2ee4154fa7e30f5b51ca41bfa40174e"
     "68|-|-"},
    {"errors/404-resolve-head.adapter_config.http",
     "404|resolvers 4955 95 5000 300|-|-|-|-|c9745ed1d9f207416be6d2e6f8de32d1f1619"
     "9bf|-|-"},
    {"errors/404-tree-path-missing.all-MiniLM-L6-v2.http", "404|api 992 92 1000 300|-|-|-|-|-|-|-"},
    {"errors/429-api-anonymous.http", "429|api 0 10 500 300|-|-|-|-|-|-|-"},
    {"errors/429-headers-example.http", "429|api 0 55 500 300|-|-|-|-|-|-|-"},
    {"model-info/Qwen__Qwen3-235B-A22B.headers.http", "200|api 495 23 500 300|-|-|-|-|-|-|-"},
    {"model-info/docling-project__docling-layout-heron__revision__main.http",
     "200|api 2997 101 3000 300|-|-|-|-|-|-|-"},
    {"model-info/sentence-transformers__all-MiniLM-L6-v2.2025-12.http",
     "200|api 991 90 1000 300|-|-|-|-|-|-|-"},
    {"models-list/link-header.createdAt.http",
     "200|-|-|-|-|-|-|-|https://huggingface.co/api/models?sort=createdAt&direction"
     "=-1&limit=50&cursor=eyJfaWQiOnsiJGx0IjoiNmEwZTMxNDFmMjdlNGU0NGU5OTlhMjhhIn19"},
    {"redirects/307-bert-base-uncased.http",
     "307|-|-|-|-|-|-|huggingface.co/api/models/google-bert/bert-base-uncased|-"},
    {"redirects/307-runwayml.http",
     "307|-|-|-|-|-|-|huggingface.co/api/models/stable-diffusion-v1-5/stable-diffu"
     "sion-v1-5|-"},
    {"redirects/307-t5-small.http",
     "307|-|-|-|-|-|-|huggingface.co/api/models/google-t5/t5-small|-"},
    {"resolve/200-GET-resolve-cache.1_Pooling_config.json.http",
     "200|-|-|d1514c3162bbe87b343f565fadc62e6c06f04f03|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-GET-resolve-cache.README.md.http",
     "200|-|-|58d4a9a45664eb9e12de9549c548c09b6134c17f|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-GET-resolve-cache.config.json.http",
     "200|-|-|72b987fd805cfa2b58c4c8c952b274a11bfd5a00|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-GET-resolve-cache.modules.json.http",
     "200|-|-|952a9b81c0bfd99800fabf352f69c7ccd46c5e43|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-HEAD-resolve-cache.1_Pooling_config.json.http",
     "200|-|-|d1514c3162bbe87b343f565fadc62e6c06f04f03|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-HEAD-resolve-cache.README.md.http",
     "200|-|-|58d4a9a45664eb9e12de9549c548c09b6134c17f|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-HEAD-resolve-cache.config.json.http",
     "200|-|-|72b987fd805cfa2b58c4c8c952b274a11bfd5a00|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-HEAD-resolve-cache.modules.json.http",
     "200|-|-|952a9b81c0bfd99800fabf352f69c7ccd46c5e43|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/200-HEAD-resolve-cache.vocab.txt.http",
     "200|-|-|fb140275c155a9c7c5a3b3e0e77a9e839594a938|-|-|c9745ed1d9f207416be6d2e"
     "6f8de32d1f16199bf|-|-"},
    {"resolve/302-HEAD-resolve.model.safetensors.http",
     "302|resolvers 4953 93 5000 300|-|-|53aa51172d142c89d9012cce15ae4d6cc0ca68958"
     "95114379cacb4fab128d9db|90868376|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|ca"
     "s-bridge.xethub.hf.co/xet-bridge-us/621ffdc136468d709f180294/789fdf16a3e59f4"
     "fbfb6002967ecee539a198dadb5be74ca549aa7dc9b1b55fb|-"},
    {"resolve/307-HEAD-resolve.1_Pooling_config.json.http",
     "307|resolvers 4946 90 5000 300|-|-|d1514c3162bbe87b343f565fadc62e6c06f04f03|"
     "-|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|huggingface.co/api/resolve-cache/"
     "models/sentence-transformers/all-MiniLM-L6-v2/c9745ed1d9f207416be6d2e6f8de32"
     "d1f16199bf/1_Pooling%2Fconfig.json|-"},
    {"resolve/307-HEAD-resolve.README.md.http",
     "307|resolvers 4958 96 5000 300|-|-|58d4a9a45664eb9e12de9549c548c09b6134c17f|"
     "-|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|huggingface.co/api/resolve-cache/"
     "models/sentence-transformers/all-MiniLM-L6-v2/c9745ed1d9f207416be6d2e6f8de32"
     "d1f16199bf/README.md|-"},
    {"resolve/307-HEAD-resolve.config.json.http",
     "307|resolvers 4954 95 5000 300|-|-|72b987fd805cfa2b58c4c8c952b274a11bfd5a00|"
     "-|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|huggingface.co/api/resolve-cache/"
     "models/sentence-transformers/all-MiniLM-L6-v2/c9745ed1d9f207416be6d2e6f8de32"
     "d1f16199bf/config.json|-"},
    {"resolve/307-HEAD-resolve.modules.json.http",
     "307|resolvers 4961 97 5000 300|-|-|952a9b81c0bfd99800fabf352f69c7ccd46c5e43|"
     "-|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|huggingface.co/api/resolve-cache/"
     "models/sentence-transformers/all-MiniLM-L6-v2/c9745ed1d9f207416be6d2e6f8de32"
     "d1f16199bf/modules.json|-"},
    {"resolve/307-HEAD-resolve.vocab.txt.http",
     "307|resolvers 4951 91 5000 300|-|-|fb140275c155a9c7c5a3b3e0e77a9e839594a938|"
     "-|c9745ed1d9f207416be6d2e6f8de32d1f16199bf|huggingface.co/api/resolve-cache/"
     "models/sentence-transformers/all-MiniLM-L6-v2/c9745ed1d9f207416be6d2e6f8de32"
     "d1f16199bf/vocab.txt|-"},
    {"resolve/Qwen3-32B.config.307.http",
     "307|resolvers 2999 257 -1 300|-|-|-|-|-|huggingface.co/api/resolve-cache/mod"
     "els/Qwen/Qwen3-32B/9216db5781bf21249d130ec9da846c4624c16137/config.json|-"},
    {"resolve/gpt2.config.HEAD.307.http",
     "307|-|-|-|10c66461e4c109db5a2196bff4bb59be30396ed8|-|607a30d783dfa663caf39e0"
     "6633721c8d4cfcd7e|huggingface.co/api/resolve-cache/models/openai-community/g"
     "pt2/607a30d783dfa663caf39e06633721c8d4cfcd7e/config.json|-"},
    {"resolve/gpt2.model.CDN.206.http",
     "206|-|0 100 548105171|63bed80836ee0758c8fd4f8975d59bb0b864263ee2753547c358e8"
     "a37cde8758|-|-|-|-|-"},
    {"resolve/gpt2.model.GET.302.http",
     "302|-|-|-|248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707|5"
     "48105171|607a30d783dfa663caf39e06633721c8d4cfcd7e|-|-"},
    {"resolve/granite-embedding-97m.302.http",
     "302|-|-|-|355f1f30ac3bdad09de420c5d78dd369e2a47d6f4ee3b5da342483f857965daf|1"
     "05467232|45ce642d3fab2033d167ec09641a159010f7d9d9|-|-"},
    {"resolve/whisper-base.onnx.CDN.206.http", "206|-|1000 2000 82468078|-|-|-|-|-|-"},
    {"tree/link-header.c4.http",
     "200|-|-|-|-|-|-|-|https://huggingface.co/api/datasets/allenai/c4/tree/main/e"
     "n?expand=false&recursive=true&limit=1000&cursor=ZXlK...%3D%3D"},
    {"whoami/headers.http", "200|api 9997 104 10000 300|-|-|-|-|-|-|-"},
    {"xet/xet-read-token.all-MiniLM-L6-v2.http", "200|api 993 93 1000 300|-|-|-|-|-|-|-"},
};
