#include "demo/catalogue.h"

#include "demo/demotexts.h"
#include "demo/repobuilder.h"

namespace demo {

using namespace Qt::StringLiterals;
using core::RepoType;

namespace {

Repo ggufRepo()
{
    RepoBuilder builder(RepoType::Model, u"lantern-labs/Lantern-320M-Instruct-GGUF"_s);
    builder.about(u"text-generation"_s, u"gguf"_s, u"apache-2.0"_s)
        .tagged({u"conversational"_s, u"base_model:quantized:lantern-labs/Lantern-320M-Instruct"_s})
        .counted(182'400, 941, 3)
        .git(u".gitattributes"_s, "*.gguf filter=lfs diff=lfs merge=lfs -text\n"_ba)
        .git(u"config.json"_s, "{\n  \"model_type\": \"lantern\"\n}\n"_ba);
    const std::pair<QString, double> quants[] = {
        {u"Q2_K"_s, 62},   {u"Q3_K_S"_s, 71}, {u"Q3_K_M"_s, 78},  {u"IQ4_XS"_s, 86},
        {u"Q4_K_S"_s, 92}, {u"Q4_K_M"_s, 97}, {u"Q5_K_S"_s, 109}, {u"Q5_K_M"_s, 113},
        {u"Q6_K"_s, 128},  {u"Q8_0"_s, 165}};
    for (const auto &[name, size] : quants)
        builder.lfs(u"Lantern-320M-Instruct-%1.gguf"_s.arg(name), size);
    for (int part = 1; part <= 3; ++part)
        builder.lfs(u"BF16/Lantern-320M-Instruct-BF16-0000%1-of-00003.gguf"_s.arg(part), 104);
    builder.lfs(u"mmproj-Lantern-320M-F16.gguf"_s, 41);
    return builder
        .card("# Lantern 320M Instruct, GGUF\n\nQuantised copies of a small made-up model.\n\n"
              "| File | Bits | Good for |\n|---|---:|---|\n| Q2_K | 2.6 | little room |\n"
              "| Q4_K_M | 4.8 | **most people** |\n| Q8_0 | 8.5 | being careful |\n\n"
              "The `BF16` folder holds one model in three parts; all of them are needed.\n"_ba)
        .repo();
}

Repo safetensorsRepo()
{
    RepoBuilder builder(RepoType::Model, u"lantern-labs/Lantern-320M-Instruct"_s);
    builder.about(u"text-generation"_s, u"transformers"_s, u"apache-2.0"_s)
        .tagged({u"safetensors"_s, u"conversational"_s})
        .counted(96'210, 1203, 12)
        .formerly(u"lantern-labs/Lantern-Chat"_s)
        .transformer("LanternForCausalLM"_ba, 1024)
        .git(u"model.safetensors.index.json"_s, safetensorsIndex(4));
    for (int shard = 1; shard <= 4; ++shard)
        builder.lfs(u"model-0000%1-of-00004.safetensors"_s.arg(shard), 160);
    return builder.card("# Lantern 320M Instruct\n\nThe original weights, in four shards.\n"_ba)
        .repo();
}

Repo longCardRepo()
{
    return RepoBuilder(RepoType::Model, u"northwind/Compass-1B"_s)
        .about(u"text-generation"_s, u"transformers"_s, u"mit"_s)
        .tagged({u"safetensors"_s, u"maps"_s, u"arxiv:2600.00001"_s})
        .counted(54'900, 733, 20)
        .transformer("CompassForCausalLM"_ba, 2048)
        .lfs(u"model.safetensors"_s, 390)
        .git(u"images/scores.png"_s, chartPng())
        .git(u"images/logo.svg"_s, logoSvg())
        .git(u"docs/notes.md"_s, "# Notes\n\nNothing yet.\n"_ba)
        .card(longCard())
        .repo();
}

Repo gatedRepo()
{
    return RepoBuilder(RepoType::Model, u"hearthstone-ai/Ember-7B"_s)
        .about(u"text-generation"_s, u"transformers"_s, u"other"_s)
        .tagged({u"safetensors"_s})
        .counted(310'000, 2104, 8)
        .access(Access::GatedManual, {u"hf_demo_visitor"_s})
        .transformer("EmberForCausalLM"_ba, 4096)
        .lfs(u"model.safetensors"_s, 400)
        .card(
            "# Ember 7B\n\nThe authors want to know who uses this model: ask on its page first.\n"_ba)
        .repo();
}

Repo oddNamesRepo()
{
    const auto line = [](const char *text) { return QByteArray(text) + '\n'; };
    return RepoBuilder(RepoType::Model, u"odd-corner/names-of-all-kinds"_s)
        .about({}, {}, u"cc0-1.0"_s)
        .tagged({u"test"_s})
        .counted(120, 7, 60)
        .git(u"a file with spaces.txt"_s, line("spaces"))
        .git(u"Größe und Übermaß/Straße.txt"_s, line("umlauts"))
        .git(u"hash#tag.txt"_s, line("hash"))
        .git(u"100% sure.txt"_s, line("percent"))
        .git(u"%41 is not A.txt"_s, line("looks encoded"))
        .git(u"one+one.txt"_s, line("plus"))
        .git(u"really?.txt"_s, line("question mark"))
        .git(u"rocket 🚀.txt"_s, line("emoji"))
        .git(u"日本語/ファイル.txt"_s, line("japanese"))
        .git(u"brackets [1] {2} (3).txt"_s, line("brackets"))
        .git(u"it's & that; key=value, ~.txt"_s, line("punctuation"))
        .git(u"empty.txt"_s, {})
        .lfs(u"weights/größe #1 (50%) + more.bin"_s, 6)
        .lfs(u"weights/plain.bin"_s, 3)
        .copy(u"weights/the same again.bin"_s, u"weights/plain.bin"_s)
        .card("# Names of all kinds\n\nFiles whose names are hard to write into an address.\n"_ba)
        .repo();
}

Repo manyFilesRepo()
{
    RepoBuilder builder(RepoType::Dataset, u"meadow-archive/field-notes"_s);
    builder.about({}, {}, u"cc-by-4.0"_s)
        .tagged({u"modality:text"_s, u"size_categories:1K<n<10K"_s, u"language:en"_s})
        .counted(2'310, 58, 35);
    for (int note = 0; note < 2000; ++note) {
        const QString path = u"notes/%1/%2/note-%3.txt"_s.arg(1990 + note / 100)
                                 .arg(note / 10 % 10 + 1, 2, 10, QChar(u'0'))
                                 .arg(note, 4, 10, QChar(u'0'));
        const QByteArray number = QByteArray::number(note);
        builder.git(path,
                    "Note " + number + "\n\n"
                        + QByteArray("The meadow was quiet today. ").repeated(note % 40 + 1)
                        + '\n');
    }
    return builder
        .card("# Field notes\n\nTwo thousand short notes, one file each, in folders by year.\n"_ba)
        .repo();
}

Repo parquetRepo()
{
    RepoBuilder builder(RepoType::Dataset, u"harbour-data/tide-tables"_s);
    builder.about({}, {}, u"odc-by"_s)
        .tagged({u"format:parquet"_s, u"modality:tabular"_s, u"size_categories:1M<n<10M"_s})
        .counted(41'000, 212, 6);
    for (int part = 0; part < 4; ++part)
        builder.lfs(u"data/train-0000%1-of-00004.parquet"_s.arg(part), 88);
    return builder.lfs(u"data/test-00000-of-00001.parquet"_s, 23)
        .git(u"dataset_infos.json"_s, "{\"default\": {\"splits\": [\"train\", \"test\"]}}\n"_ba)
        .card("# Tide tables\n\nWater levels of harbours that do not exist.\n"_ba)
        .repo();
}

Repo spaceRepo()
{
    return RepoBuilder(RepoType::Space, u"paper-lantern/colour-mixer"_s)
        .about({}, {}, u"mit"_s)
        .tagged({u"static"_s})
        .counted(0, 66, 15)
        .git(u"index.html"_s, "<!doctype html><title>Colours</title><h1>Mix!</h1>\n"_ba)
        .git(u"style.css"_s, "h1 { color: teal }\n"_ba)
        .card("# Colour mixer\n\nA page that mixes colours.\n"_ba)
        .repo();
}

struct SmallModel {
    QString id;
    QString task;
    QString library;
    QString license;
    qint64 downloads;
    qint64 likes;
    int daysOld;
    double mebibytes;
};

Repo smallModel(const SmallModel &model)
{
    const QString name = model.id.section(u'/', 1);
    RepoBuilder builder(RepoType::Model, model.id);
    builder.about(model.task, model.library, model.license)
        .counted(model.downloads, model.likes, model.daysOld);
    if (model.library == "gguf"_L1) {
        builder.lfs(name + "-Q4_K_M.gguf"_L1, model.mebibytes)
            .lfs(name + "-Q8_0.gguf"_L1, model.mebibytes * 1.7);
    } else {
        builder.tagged({u"safetensors"_s})
            .transformer("DemoModel"_ba, 768)
            .lfs(u"model.safetensors"_s, model.mebibytes);
    }
    return builder
        .card("# " + name.toUtf8() + "\n\nOne of the small made-up models of the demo Hub.\n")
        .repo();
}

QList<SmallModel> smallModels()
{
    const QString text = u"text-generation"_s;
    const QString image = u"text-to-image"_s;
    const QString speech = u"automatic-speech-recognition"_s;
    const QString same = u"feature-extraction"_s;
    const QString transformers = u"transformers"_s;
    const QString gguf = u"gguf"_s;
    const QString apache = u"apache-2.0"_s;
    const QString mit = u"mit"_s;
    return {{u"northwind/Compass-300M"_s, text, transformers, mit, 12'040, 188, 25, 120},
            {u"northwind/Compass-1B-GGUF"_s, text, gguf, mit, 33'870, 402, 18, 210},
            {u"quillworks/Inkwell-Tiny"_s, text, transformers, apache, 8'800, 97, 44, 44},
            {u"quillworks/Inkwell-Tiny-GGUF"_s, text, gguf, apache, 15'020, 130, 43, 40},
            {u"quillworks/Blotter-Embed"_s, same, transformers, mit, 71'300, 350, 90, 66},
            {u"paper-lantern/Watercolour-Small"_s, image, u"diffusers"_s, u"openrail"_s, 22'450,
             610, 30, 240},
            {u"paper-lantern/Pencil-Sketch"_s, image, u"diffusers"_s, u"openrail"_s, 6'720, 154, 71,
             180},
            {u"bellfounder/Chime-Whisper"_s, speech, transformers, apache, 18'400, 275, 14, 78},
            {u"bellfounder/Chime-Voice"_s, u"text-to-speech"_s, transformers, apache, 9'990, 233, 9,
             92},
            {u"mill-and-stream/Grist-Classifier"_s, u"text-classification"_s, transformers, mit,
             4'210, 31, 120, 48},
            {u"mill-and-stream/Paddle-Translate"_s, u"translation"_s, transformers, mit, 5'640, 49,
             101, 105},
            {u"tin-whistle/Reel-Captioner"_s, u"image-to-text"_s, transformers, apache, 3'380, 42,
             77, 140},
            {u"tin-whistle/Jig-125M-GGUF"_s, text, gguf, apache, 2'760, 28, 55, 58}};
}

Repo smallDataset(const QString &id, const QString &license, qint64 downloads, double mebibytes)
{
    return RepoBuilder(RepoType::Dataset, id)
        .about({}, {}, license)
        .tagged({u"format:json"_s, u"modality:text"_s})
        .counted(downloads, downloads / 90, static_cast<int>(downloads % 97))
        .lfs(u"data/all.jsonl"_s, mebibytes)
        .card("# " + id.section(u'/', 1).toUtf8() + "\n\nA small dataset of the demo Hub.\n")
        .repo();
}

} // namespace

QList<Repo> demoCatalogue()
{
    QList<Repo> repos{ggufRepo(),     safetensorsRepo(), longCardRepo(), gatedRepo(),
                      oddNamesRepo(), manyFilesRepo(),   parquetRepo(),  spaceRepo()};
    for (const SmallModel &model : smallModels())
        repos.append(smallModel(model));
    repos.append(smallDataset(u"harbour-data/ship-names"_s, u"cc0-1.0"_s, 1'870, 12));
    repos.append(smallDataset(u"meadow-archive/bird-songs"_s, u"cc-by-4.0"_s, 7'450, 160));
    repos.append(smallDataset(u"quillworks/letters"_s, u"mit"_s, 930, 31));
    return repos;
}

} // namespace demo
