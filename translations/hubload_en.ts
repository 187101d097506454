<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>cli::GetCommand</name>
    <message numerus="yes">
        <source>%Ln file(s) left out, such as %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</source>
        <extracomment>%1 is one or a few file names</extracomment>
        <translation>
            <numerusform>%Ln file left out, %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</numerusform>
            <numerusform>%Ln files left out, such as %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>cli::Words</name>
    <message numerus="yes">
        <source>%1 at %2: %Ln file(s), %3; already here %4, to fetch %5</source>
        <translation>
            <numerusform>%1 at %2: %Ln file, %3; already here %4, to fetch %5</numerusform>
            <numerusform>%1 at %2: %Ln files, %3; already here %4, to fetch %5</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s), used %1, %2</source>
        <translation>
            <numerusform>%Ln file, used %1, %2</numerusform>
            <numerusform>%Ln files, used %1, %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 in %Ln repo(s), %2</source>
        <translation>
            <numerusform>%1 in %Ln repo, %2</numerusform>
            <numerusform>%1 in %Ln repos, %2</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All of %1: %Ln file(s)</source>
        <translation>
            <numerusform>All of %1: %Ln file</numerusform>
            <numerusform>All of %1: %Ln files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::DiscoverPage</name>
    <message numerus="yes">
        <source>%Ln loaded, more follow as you scroll</source>
        <translation>
            <numerusform>%Ln loaded, more follow as you scroll</numerusform>
            <numerusform>%Ln loaded, more follow as you scroll</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln found</source>
        <translation>
            <numerusform>%Ln found</numerusform>
            <numerusform>%Ln found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::DownloadsPage</name>
    <message numerus="yes">
        <source>Remove %Ln download(s) from the list?</source>
        <translation>
            <numerusform>Remove %Ln download from the list?</numerusform>
            <numerusform>Remove %Ln downloads from the list?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>How fast each of %Ln download(s) may be fetched:</source>
        <translation>
            <numerusform>How fast %Ln download may be fetched:</numerusform>
            <numerusform>How fast each of %Ln downloads may be fetched:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::LibraryDelete</name>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <comment>of the library</comment>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s) of %1</source>
        <translation>
            <numerusform>%Ln version of %1</numerusform>
            <numerusform>%Ln versions of %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) of %1</source>
        <translation>
            <numerusform>%Ln file of %1</numerusform>
            <numerusform>%Ln files of %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 will be free (%2 bytes, %Ln file(s)).</source>
        <translation>
            <numerusform>%1 will be free (%2 bytes, %Ln file).</numerusform>
            <numerusform>%1 will be free (%2 bytes, %Ln files).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) with %1 stay: other versions use them (%2).</source>
        <translation>
            <numerusform>%Ln file with %1 stays: other versions use it (%2).</numerusform>
            <numerusform>%Ln files with %1 stay: other versions use them (%2).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more</source>
        <translation>
            <numerusform>and %Ln more</numerusform>
            <numerusform>and %Ln more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::LibraryModel</name>
    <message numerus="yes">
        <source>damaged: %Ln missing</source>
        <comment>number of files</comment>
        <translation>
            <numerusform>damaged: %Ln missing</numerusform>
            <numerusform>damaged: %Ln missing</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>shared with %Ln</source>
        <comment>number of other versions</comment>
        <translation>
            <numerusform>shared with %Ln</numerusform>
            <numerusform>shared with %Ln</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::LibraryPage</name>
    <message numerus="yes">
        <source>%Ln repo(s)</source>
        <translation>
            <numerusform>%Ln repo</numerusform>
            <numerusform>%Ln repos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Unused for %Ln month(s)</source>
        <translation>
            <numerusform>Unused for %Ln month</numerusform>
            <numerusform>Unused for %Ln months</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <comment>to reclaim space</comment>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thing(s) not of the Hub&apos;s making</source>
        <translation>
            <numerusform>%Ln thing not of the Hub&apos;s making</numerusform>
            <numerusform>%Ln things not of the Hub&apos;s making</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln shown, %1</source>
        <comment>rows, size</comment>
        <translation>
            <numerusform>%Ln shown, %1</numerusform>
            <numerusform>%Ln shown, %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) chosen.</source>
        <translation>
            <numerusform>%Ln row chosen.</numerusform>
            <numerusform>%Ln rows chosen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s)</source>
        <translation>
            <numerusform>%Ln version</numerusform>
            <numerusform>%Ln versions</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::MainWindow</name>
    <message numerus="yes">
        <source>%Ln in the queue, %1 left</source>
        <translation>
            <numerusform>%Ln in the queue, %1 left</numerusform>
            <numerusform>%Ln in the queue, %1 left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln paused</source>
        <translation>
            <numerusform>%Ln paused</numerusform>
            <numerusform>%Ln paused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln need(s) you</source>
        <translation>
            <numerusform>%Ln needs you</numerusform>
            <numerusform>%Ln need you</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln download(s) are running.</source>
        <translation>
            <numerusform>%Ln download is running.</numerusform>
            <numerusform>%Ln downloads are running.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln connection(s)</source>
        <translation>
            <numerusform>%Ln connection</numerusform>
            <numerusform>%Ln connections</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln retry(s)</source>
        <translation>
            <numerusform>%Ln retry</numerusform>
            <numerusform>%Ln retries</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::PlacesModel</name>
    <message numerus="yes">
        <source>%Ln need(s) you</source>
        <translation>
            <numerusform>%Ln needs you</numerusform>
            <numerusform>%Ln need you</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::ReceiptDialog</name>
    <message numerus="yes">
        <source>Get %Ln file(s) from %1</source>
        <translation>
            <numerusform>Get %Ln file from %1</numerusform>
            <numerusform>Get %Ln files from %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::ReclaimDialog</name>
    <message numerus="yes">
        <source>Repos unused for %Ln month(s)</source>
        <translation>
            <numerusform>Repos unused for %Ln month</numerusform>
            <numerusform>Repos unused for %Ln months</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln unfinished file(s)</source>
        <translation>
            <numerusform>%Ln unfinished file</numerusform>
            <numerusform>%Ln unfinished files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s)</source>
        <translation>
            <numerusform>%Ln version</numerusform>
            <numerusform>%Ln versions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s), all that is here of it</source>
        <translation>
            <numerusform>%Ln version, all that is here of it</numerusform>
            <numerusform>%Ln versions, all that is here of it</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 in %Ln item(s) ticked</source>
        <translation>
            <numerusform>%1 in %Ln item ticked</numerusform>
            <numerusform>%1 in %Ln items ticked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::RepoPage</name>
    <message numerus="yes">
        <source>%Ln file(s) are left out: their names cannot be written safely.</source>
        <translation>
            <numerusform>%Ln file is left out: its name cannot be written safely.</numerusform>
            <numerusform>%Ln files are left out: their names cannot be written safely.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln ticked · %1</source>
        <translation>
            <numerusform>%Ln ticked · %1</numerusform>
            <numerusform>%Ln ticked · %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s), nothing ticked</source>
        <translation>
            <numerusform>%Ln file, nothing ticked</numerusform>
            <numerusform>%Ln files, nothing ticked</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::Texts</name>
    <message numerus="yes">
        <source>%Ln minute(s) ago</source>
        <translation>
            <numerusform>%Ln minute ago</numerusform>
            <numerusform>%Ln minutes ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hour(s) ago</source>
        <translation>
            <numerusform>%Ln hour ago</numerusform>
            <numerusform>%Ln hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s) ago</source>
        <translation>
            <numerusform>%Ln day ago</numerusform>
            <numerusform>%Ln days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln month(s) ago</source>
        <translation>
            <numerusform>%Ln month ago</numerusform>
            <numerusform>%Ln months ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln file</numerusform>
            <numerusform>%Ln files</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::VerifyPanel</name>
    <message numerus="yes">
        <source>Of %Ln file(s) nobody says what they should be.</source>
        <translation>
            <numerusform>Of %Ln file nobody says what it should be.</numerusform>
            <numerusform>Of %Ln files nobody says what they should be.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) are as they should be (%1).</source>
        <translation>
            <numerusform>%Ln file is as it should be (%1).</numerusform>
            <numerusform>%Ln files are as they should be (%1).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 damaged, %2 missing, %3 unreadable; %Ln file(s) are as they should be.</source>
        <translation>
            <numerusform>%1 damaged, %2 missing, %3 unreadable; %Ln file is as it should be.</numerusform>
            <numerusform>%1 damaged, %2 missing, %3 unreadable; %Ln files are as they should be.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>For %Ln file(s) there is nothing to compare with.</source>
        <translation>
            <numerusform>For %Ln file there is nothing to compare with.</numerusform>
            <numerusform>For %Ln files there is nothing to compare with.</numerusform>
        </translation>
    </message>
</context>
</TS>
