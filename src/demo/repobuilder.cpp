#include "demo/repobuilder.h"

#include <QHash>

namespace demo {

using namespace Qt::StringLiterals;

namespace {

// FNV-1a: the same on every start, unlike qHash.
quint64 seedOf(const QString &text)
{
    quint64 hash = 0xcbf29ce484222325ULL;
    for (const char c : text.toUtf8())
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

QByteArray tokenizer()
{
    QByteArray text = "{\n  \"version\": \"1.0\",\n  \"model\": {\n    \"type\": \"BPE\",\n"
                      "    \"vocab\": {\n";
    constexpr int words = 4000;
    for (int i = 0; i < words; ++i) {
        const QByteArray number = QByteArray::number(i);
        text += "      \"tok" + number + "\": " + number + (i + 1 < words ? ",\n" : "\n");
    }
    return text + "    },\n    \"merges\": []\n  }\n}\n";
}

} // namespace

RepoBuilder::RepoBuilder(core::RepoType type, const QString &id)
{
    const auto made = core::RepoId::make(type, id);
    Q_ASSERT(made);
    m_repo.id = *made;
}

RepoBuilder &RepoBuilder::about(const QString &task, const QString &library, const QString &license)
{
    m_repo.pipelineTag = task;
    m_repo.libraryName = library;
    m_repo.license = license;
    return *this;
}

RepoBuilder &RepoBuilder::tagged(const QStringList &tags)
{
    m_repo.tags = tags;
    return *this;
}

RepoBuilder &RepoBuilder::counted(qint64 downloads, qint64 likes, int daysOld)
{
    m_repo.downloads = downloads;
    m_repo.likes = likes;
    m_repo.lastModified = QDateTime(QDate(2026, 10, 1), QTime(9, 30), Qt::UTC).addDays(-daysOld);
    return *this;
}

RepoBuilder &RepoBuilder::access(Access access, const QStringList &tokens)
{
    m_repo.access = access;
    m_repo.allowedTokens = tokens;
    return *this;
}

RepoBuilder &RepoBuilder::formerly(const QString &oldId)
{
    m_repo.oldNames.append(oldId);
    return *this;
}

RepoBuilder &RepoBuilder::git(const QString &path, const QByteArray &content)
{
    m_repo.files.append({path, Content::fromBytes(content), false});
    return *this;
}

RepoBuilder &RepoBuilder::lfs(const QString &path, double mebibytes)
{
    const quint64 seed = seedOf(m_repo.id.display() + u'/' + path);
    // Not a round number: sizes in the window look like those of real files.
    const qint64 size =
        static_cast<qint64>(mebibytes * 1024 * 1024) + static_cast<qint64>(seed % 9973);
    m_repo.files.append({path, Content::generated(seed, size), true});
    return *this;
}

RepoBuilder &RepoBuilder::copy(const QString &path, const QString &from)
{
    for (const File &file : std::as_const(m_repo.files)) {
        if (file.path == from) {
            m_repo.files.append({path, file.content, file.lfs});
            break;
        }
    }
    return *this;
}

QByteArray RepoBuilder::frontMatter() const
{
    QByteArray text = "---\n";
    const auto line = [&text](const QByteArray &key, const QString &value) {
        if (!value.isEmpty())
            text += key + ": " + value.toUtf8() + '\n';
    };
    line("license"_ba, m_repo.license);
    line("pipeline_tag"_ba, m_repo.pipelineTag);
    line("library_name"_ba, m_repo.libraryName);
    if (!m_repo.tags.isEmpty()) {
        text += "tags:\n";
        for (const QString &tag : m_repo.tags)
            text += "- \"" + tag.toUtf8() + "\"\n";
    }
    return text + "language:\n- en\n---\n\n";
}

RepoBuilder &RepoBuilder::card(const QByteArray &markdown)
{
    return git(u"README.md"_s, frontMatter() + markdown);
}

RepoBuilder &RepoBuilder::transformer(const QByteArray &architecture, int hidden)
{
    git(u".gitattributes"_s, "*.safetensors filter=lfs diff=lfs merge=lfs -text\n"_ba);
    git(u"config.json"_s,
        "{\n  \"architectures\": [\"" + architecture
            + "\"],\n  \"hidden_size\": " + QByteArray::number(hidden)
            + ",\n  \"num_hidden_layers\": 12,\n  \"torch_dtype\": \"bfloat16\"\n}\n");
    git(u"generation_config.json"_s, "{\n  \"temperature\": 0.7,\n  \"top_p\": 0.9\n}\n"_ba);
    git(u"tokenizer_config.json"_s, "{\n  \"model_max_length\": 8192\n}\n"_ba);
    git(u"tokenizer.json"_s, tokenizer());
    return *this;
}

} // namespace demo
