<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>cli::GetCommand</name>
    <message>
        <source>Stopped. What has arrived is kept; the same command goes on from there.</source>
        <translation>Angehalten. Was da ist, bleibt; derselbe Befehl macht dort weiter.</translation>
    </message>
    <message>
        <source>Waiting for %1 …</source>
        <translation>Warte auf %1 …</translation>
    </message>
    <message>
        <source>HF_HUB_OFFLINE is set, and the cache does not know “%1” of %2.</source>
        <translation>HF_HUB_OFFLINE ist gesetzt, und der Cache kennt „%1“ von %2 nicht.</translation>
    </message>
    <message>
        <source>HF_HUB_OFFLINE is set, and the cache does not know which files “%1” of %2 has.</source>
        <translation>HF_HUB_OFFLINE ist gesetzt, und der Cache weiß nicht, welche Dateien „%1“ von %2 hat.</translation>
    </message>
    <message>
        <source>HF_HUB_OFFLINE is set, and %1 of %2 chosen files are not in the cache, such as: %3.</source>
        <translation>HF_HUB_OFFLINE ist gesetzt, und %1 von %2 gewählten Dateien sind nicht im Cache, zum Beispiel: %3.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) left out, such as %1: a name that cannot be written safely, or an entry of the listing that makes no sense.</source>
        <extracomment>%1 is one or a few file names</extracomment>
        <translation>
            <numerusform>%Ln Datei ausgelassen, nämlich %1: ein Name, der sich nicht gefahrlos schreiben lässt, oder ein Eintrag des Verzeichnisses, der keinen Sinn ergibt.</numerusform>
            <numerusform>%Ln Dateien ausgelassen, etwa %1: ein Name, der sich nicht gefahrlos schreiben lässt, oder ein Eintrag des Verzeichnisses, der keinen Sinn ergibt.</numerusform>
        </translation>
    </message>
    <message>
        <source>Fetch it? [Y/n]</source>
        <translation>Holen? [Y/n]</translation>
    </message>
</context>
<context>
    <name>cli::Words</name>
    <message>
        <source>Branch, tag, commit or ref to fetch instead of main.</source>
        <translation>Zweig, Tag, Commit oder Ref anstelle von main.</translation>
    </message>
    <message>
        <source>Only files that match; may be repeated. * also crosses folders. Without it: every file.</source>
        <translation>Nur passende Dateien; mehrfach möglich. * reicht auch über Ordner hinweg. Ohne: jede Datei.</translation>
    </message>
    <message>
        <source>No files that match; may be repeated.</source>
        <translation>Keine passenden Dateien; mehrfach möglich.</translation>
    </message>
    <message>
        <source>Do not ask before fetching.</source>
        <translation>Vor dem Holen nicht fragen.</translation>
    </message>
    <message>
        <source>Return when the bytes are checked. This is what happens in any case.</source>
        <translation>Erst enden, wenn die Bytes geprüft sind. Das geschieht ohnehin.</translation>
    </message>
    <message>
        <source>One JSON object per event on standard output.</source>
        <translation>Ein JSON-Objekt je Ereignis auf der Standardausgabe.</translation>
    </message>
    <message>
        <source>normal or detailed, on standard error.</source>
        <translation>normal oder detailed, auf der Standardfehlerausgabe.</translation>
    </message>
    <message>
        <source>Show this help.</source>
        <translation>Diese Hilfe zeigen.</translation>
    </message>
    <message>
        <source>[models/|datasets/|spaces/][ORG/]NAME[@REV], an hf:// address or a link of the Hub.</source>
        <translation>[models/|datasets/|spaces/][ORG/]NAME[@REV], eine hf://-Adresse oder ein Link des Hubs.</translation>
    </message>
    <message>
        <source>Name a repo: hubload get ORG/NAME.</source>
        <translation>Ein Repo fehlt: hubload get ORG/NAME.</translation>
    </message>
    <message>
        <source>One repo at a time; “%1” is one too many. Patterns follow --files.</source>
        <translation>Ein Repo auf einmal; „%1“ ist zu viel. Muster folgen auf --files.</translation>
    </message>
    <message>
        <source>--log takes normal or detailed, not “%1”.</source>
        <translation>--log kennt normal oder detailed, nicht „%1“.</translation>
    </message>
    <message>
        <source>Usage: hubload get REPO [options]</source>
        <translation>Aufruf: hubload get REPO [Optionen]</translation>
    </message>
    <message>
        <source>%1 of %2, %3 of %4 files, %5, %6 left</source>
        <translation>%1 von %2, %3 von %4 Dateien, %5, noch %6</translation>
    </message>
    <message>
        <source>The option --%1 needs a value.</source>
        <translation>Die Option --%1 braucht einen Wert.</translation>
    </message>
    <message numerus="yes">
        <source>%1 at %2: %Ln file(s), %3; already here %4, to fetch %5</source>
        <translation>
            <numerusform>%1 bei %2: %Ln Datei, %3; schon hier %4, zu holen %5</numerusform>
            <numerusform>%1 bei %2: %Ln Dateien, %3; schon hier %4, zu holen %5</numerusform>
        </translation>
    </message>
    <message>
        <source>Started over: %1 (%2)</source>
        <comment>file, reason</comment>
        <translation>Von vorn begonnen: %1 (%2)</translation>
    </message>
    <message>
        <source>Waiting for the Hub, %1</source>
        <translation>Warten auf den Hub, %1</translation>
    </message>
    <message>
        <source>Read no faster than this, in bytes per second: 800K, 2M, 1.5G, or none.</source>
        <translation>Nicht schneller lesen als so viel, in Bytes je Sekunde: 800K, 2M, 1.5G, oder none für ohne Grenze.</translation>
    </message>
    <message>
        <source>--limit takes a speed from 16K to 10G, or none, not “%1”.</source>
        <translation>--limit nimmt eine Geschwindigkeit von 16K bis 10G oder none, nicht „%1“.</translation>
    </message>
    <message>
        <source>Done, not checked: %1. The Hub names no digest to compare with.</source>
        <translation>Fertig, nicht geprüft: %1. Der Hub nennt keine Prüfsumme zum Vergleichen.</translation>
    </message>
    <message>
        <source>Usage:
  hubload                  open the window
  hubload --demo           the window with a built-in miniature Hub
  hubload get REPO [...]   fetch files without a window; see hubload get --help
  hubload library [...]    what the cache holds, whoever fetched it
  hubload verify [REPO]    compare what is there with what it should be
  hubload remove REPO      delete a repo, or versions of it, from the cache
  hubload --version

Exit codes: 0 done, 1 something not fetched, 2 wrong use, 3 access needed,
4 no room, 5 no network, 6 check failed, 7 cancelled, 8 no instance to talk to.

Environment: HF_ENDPOINT, HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_HUB_OFFLINE,
HF_HUB_DISABLE_SYMLINKS, HF_HUB_DISABLE_IMPLICIT_TOKEN, SSL_CERT_FILE and the proxy
variables.</source>
        <translation>Aufruf:
  hubload                  das Fenster öffnen
  hubload --demo           das Fenster mit einem eingebauten kleinen Hub
  hubload get REPO [...]   Dateien ohne Fenster holen; siehe hubload get --help
  hubload library [...]    was im Cache liegt, gleich wer es geholt hat
  hubload verify [REPO]    vergleichen, was da ist, mit dem, was es sein soll
  hubload remove REPO      ein Repo oder Versionen davon aus dem Cache löschen
  hubload --version

Ende-Codes: 0 fertig, 1 etwas nicht geholt, 2 falscher Aufruf, 3 Zugang nötig,
4 kein Platz, 5 kein Netz, 6 Prüfung misslungen, 7 abgebrochen, 8 kein laufendes Programm.

Umgebung: HF_ENDPOINT, HF_HUB_CACHE, HF_HOME, HF_TOKEN, HF_HUB_OFFLINE,
HF_HUB_DISABLE_SYMLINKS, HF_HUB_DISABLE_IMPLICIT_TOKEN, SSL_CERT_FILE und die
Proxy-Variablen.</translation>
    </message>
    <message>
        <source>Standard output cannot be written; everything else is done all the same.</source>
        <translation>Die Standardausgabe lässt sich nicht schreiben; alles andere geschieht trotzdem.</translation>
    </message>
    <message>
        <source>damaged</source>
        <comment>state of a repo</comment>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>unfinished</source>
        <comment>state of a repo</comment>
        <translation>unfertig</translation>
    </message>
    <message>
        <source>checked</source>
        <comment>state of a repo</comment>
        <translation>geprüft</translation>
    </message>
    <message>
        <source>not checked</source>
        <comment>state of a repo</comment>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>%1 unfinished</source>
        <translation>%1 unfertig</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s), used %1, %2</source>
        <translation>
            <numerusform>%Ln Datei, benutzt %1, %2</numerusform>
            <numerusform>%Ln Dateien, benutzt %1, %2</numerusform>
        </translation>
    </message>
    <message>
        <source>no name points to it</source>
        <translation>kein Name zeigt darauf</translation>
    </message>
    <message>
        <source>%1: %2, a kernel, which Hubload does not fetch</source>
        <translation>%1: %2, ein Kernel; solche holt Hubload nicht</translation>
    </message>
    <message>
        <source>%1: %2, not of the Hub&apos;s making</source>
        <translation>%1: %2, nicht vom Hub</translation>
    </message>
    <message numerus="yes">
        <source>%1 in %Ln repo(s), %2</source>
        <translation>
            <numerusform>%1 in %Ln Repo, %2</numerusform>
            <numerusform>%1 in %Ln Repos, %2</numerusform>
        </translation>
    </message>
    <message>
        <source>Only repos that nobody has read for this long: 12h, 30d, 2w, 6m, 1y.</source>
        <translation>Nur Repos, die so lange niemand gelesen hat: 12h, 30d, 2w, 6m, 1y.</translation>
    </message>
    <message>
        <source>One JSON object on standard output.</source>
        <translation>Ein JSON-Objekt auf der Standardausgabe.</translation>
    </message>
    <message>
        <source>Usage: hubload library [options]</source>
        <translation>Aufruf: hubload library [Optionen]</translation>
    </message>
    <message>
        <source>--unused takes an age such as 30d or 6m, not “%1”.</source>
        <translation>--unused nimmt ein Alter wie 30d oder 6m, nicht „%1“.</translation>
    </message>
    <message>
        <source>hubload library lists everything; “%1” is too much.</source>
        <translation>hubload library zeigt alles; „%1“ ist zu viel.</translation>
    </message>
    <message>
        <source>Name one repo: hubload remove ORG/NAME.</source>
        <translation>Bitte ein Repo nennen: hubload remove ORG/NAME.</translation>
    </message>
    <message>
        <source>Whole versions only; “%1” names a file or a folder.</source>
        <translation>Nur ganze Versionen; „%1“ nennt eine Datei oder einen Ordner.</translation>
    </message>
    <message numerus="yes">
        <source>All of %1: %Ln file(s)</source>
        <translation>
            <numerusform>Alles von %1: %Ln Datei</numerusform>
            <numerusform>Alles von %1: %Ln Dateien</numerusform>
        </translation>
    </message>
    <message>
        <source>Version %1 of %2</source>
        <translation>Version %1 von %2</translation>
    </message>
    <message>
        <source>With its names: %1</source>
        <translation>Mit ihren Namen: %1</translation>
    </message>
    <message>
        <source>This frees %1.</source>
        <translation>Das gibt %1 frei.</translation>
    </message>
    <message>
        <source>Only this version: a branch, a tag or a commit; may be repeated. Content that other versions have stays.</source>
        <translation>Nur diese Version: ein Branch, ein Tag oder ein Commit; auch mehrmals. Inhalte, die andere Versionen haben, bleiben.</translation>
    </message>
    <message>
        <source>Only say what would go.</source>
        <translation>Nur sagen, was gelöscht würde.</translation>
    </message>
    <message>
        <source>Do not ask before deleting.</source>
        <translation>Vor dem Löschen nicht fragen.</translation>
    </message>
    <message>
        <source>[models/|datasets/|spaces/][ORG/]NAME[@REV]</source>
        <translation>[models/|datasets/|spaces/][ORG/]NAME[@REV]</translation>
    </message>
    <message>
        <source>Usage: hubload remove REPO [options]</source>
        <translation>Aufruf: hubload remove REPO [Optionen]</translation>
    </message>
    <message>
        <source>Nobody is here to be asked; say --yes to delete it.</source>
        <translation>Niemand da, der gefragt werden könnte; zum Löschen --yes angeben.</translation>
    </message>
    <message>
        <source>Delete it? [y/N]</source>
        <translation>Löschen? [y/N]</translation>
    </message>
    <message>
        <source>Stays: %1</source>
        <translation>Bleibt: %1</translation>
    </message>
    <message>
        <source>%1 freed</source>
        <translation>%1 frei geworden</translation>
    </message>
    <message>
        <source>%1 of %2: %3</source>
        <translation>%1 von %2: %3</translation>
    </message>
    <message>
        <source>Damaged: %1 (%2)</source>
        <translation>Beschädigt: %1 (%2)</translation>
    </message>
    <message>
        <source>Missing: %1 (%2)</source>
        <translation>Fehlt: %1 (%2)</translation>
    </message>
    <message>
        <source>%1 good, %2 damaged, %3 missing, %4 with nothing to compare with</source>
        <translation>%1 gut, %2 beschädigt, %3 fehlen, %4 ohne etwas zum Vergleichen</translation>
    </message>
    <message>
        <source>One JSON object for each file on standard output.</source>
        <translation>Ein JSON-Objekt je Datei auf der Standardausgabe.</translation>
    </message>
    <message>
        <source>[models/|datasets/|spaces/][ORG/]NAME; without it: everything.</source>
        <translation>[models/|datasets/|spaces/][ORG/]NAME; ohne: alles.</translation>
    </message>
    <message>
        <source>Usage: hubload verify [REPO ...] [options]</source>
        <translation>Aufruf: hubload verify [REPO ...] [Optionen]</translation>
    </message>
</context>
<context>
    <name>core::ErrorText</name>
    <message>
        <source>The Hub was not asked: there is no network, or offline mode is on.</source>
        <extracomment>Shown without a network and when the person asked for none (HF_HUB_OFFLINE)</extracomment>
        <translation>Der Hub wurde nicht gefragt: Es gibt kein Netz, oder der Offline-Betrieb ist an.</translation>
    </message>
    <message>
        <source>Connect to a network. If HF_HUB_OFFLINE is set and offline mode is not meant, unset it.</source>
        <extracomment>HF_HUB_OFFLINE is the name of an environment variable</extracomment>
        <translation>Verbinden Sie sich mit einem Netz. Ist HF_HUB_OFFLINE gesetzt und nicht gewollt, heben Sie es auf.</translation>
    </message>
    <message>
        <source>The name of the Hub could not be found.</source>
        <translation>Der Name des Hubs wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>The name “%1” could not be found.</source>
        <extracomment>%1 is the name of a computer on the network</extracomment>
        <translation>Der Name „%1“ wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>Check the network connection and the Hub address.</source>
        <translation>Prüfen Sie die Netzverbindung und die Adresse des Hubs.</translation>
    </message>
    <message>
        <source>The connection was refused or cut off.</source>
        <translation>Die Verbindung wurde abgelehnt oder getrennt.</translation>
    </message>
    <message>
        <source>Check the network connection; a firewall or proxy may be in the way.</source>
        <translation>Prüfen Sie die Netzverbindung; eine Firewall oder ein Proxy kann im Weg sein.</translation>
    </message>
    <message>
        <source>Nothing arrived in time.</source>
        <translation>Es kam rechtzeitig nichts an.</translation>
    </message>
    <message>
        <source>Check the network connection, or try again later.</source>
        <translation>Prüfen Sie die Netzverbindung, oder versuchen Sie es später noch einmal.</translation>
    </message>
    <message>
        <source>The answer ended before it was complete.</source>
        <translation>Die Antwort endete, bevor sie vollständig war.</translation>
    </message>
    <message>
        <source>Try again; what has arrived is kept where possible.</source>
        <translation>Versuchen Sie es noch einmal; was da ist, bleibt, wo es geht.</translation>
    </message>
    <message>
        <source>The Hub reports a fault on its side.</source>
        <translation>Der Hub meldet einen Fehler auf seiner Seite.</translation>
    </message>
    <message>
        <source>The Hub reports a fault on its side (status %1).</source>
        <extracomment>%1 is an HTTP status such as 503</extracomment>
        <translation>Der Hub meldet einen Fehler auf seiner Seite (Status %1).</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>Versuchen Sie es später noch einmal.</translation>
    </message>
    <message>
        <source>The Hub asks for a pause.</source>
        <translation>Der Hub bittet um eine Pause.</translation>
    </message>
    <message>
        <source>The Hub asks for a pause of %1.</source>
        <extracomment>%1 is a time such as 42 s or 4 min</extracomment>
        <translation>Der Hub bittet um eine Pause von %1.</translation>
    </message>
    <message>
        <source>Try again after the pause. Guests have a small budget of requests; signing in raises it.</source>
        <translation>Versuchen Sie es nach der Pause noch einmal. Gäste dürfen wenig fragen; angemeldet ist es mehr.</translation>
    </message>
    <message>
        <source>The link to the file has run out.</source>
        <translation>Der Link zur Datei ist abgelaufen.</translation>
    </message>
    <message>
        <source>Try again: each attempt asks the Hub for a new link.</source>
        <translation>Versuchen Sie es noch einmal: Jeder Versuch holt einen neuen Link vom Hub.</translation>
    </message>
    <message>
        <source>The Hub&apos;s copy changed while it was being fetched.</source>
        <translation>Die Datei auf dem Hub hat sich während des Holens geändert.</translation>
    </message>
    <message>
        <source>The Hub&apos;s copy of “%1” changed while it was being fetched.</source>
        <extracomment>%1 is a file path</extracomment>
        <translation>„%1“ auf dem Hub hat sich während des Holens geändert.</translation>
    </message>
    <message>
        <source>Try again to take the new version.</source>
        <translation>Versuchen Sie es noch einmal, um die neue Fassung zu nehmen.</translation>
    </message>
    <message>
        <source>The Hub does not accept the token.</source>
        <extracomment>A token is the password of a program for the Hub</extracomment>
        <translation>Der Hub nimmt das Token nicht an.</translation>
    </message>
    <message>
        <source>Sign in again, or set HF_TOKEN to a token that is still in use.</source>
        <translation>Melden Sie sich neu an, oder setzen Sie HF_TOKEN auf ein gültiges Token.</translation>
    </message>
    <message>
        <source>The authors of this repo ask who you are before they share its files.</source>
        <translation>Die Autoren dieses Repos möchten wissen, wer Sie sind, bevor sie die Dateien teilen.</translation>
    </message>
    <message>
        <source>The authors of “%1” ask who you are before they share it.</source>
        <extracomment>%1 is a repo or a file</extracomment>
        <translation>Die Autoren von „%1“ möchten wissen, wer Sie sind, bevor sie es teilen.</translation>
    </message>
    <message>
        <source>Open the repo&apos;s page on the Hub in a browser and accept the terms or ask for access. Then sign in here, or set HF_TOKEN, with that account&apos;s token.</source>
        <translation>Öffnen Sie die Seite des Repos auf dem Hub im Browser und nehmen Sie die Bedingungen an oder bitten Sie um Zugang. Melden Sie sich dann hier an, oder setzen Sie HF_TOKEN auf das Token dieses Kontos.</translation>
    </message>
    <message>
        <source>This account may not do that.</source>
        <translation>Dieses Konto darf das nicht.</translation>
    </message>
    <message>
        <source>This account may not do that. The Hub says: “%1”</source>
        <extracomment>%1 is a sentence of the Hub, usually in English</extracomment>
        <translation>Dieses Konto darf das nicht. Der Hub sagt: „%1“</translation>
    </message>
    <message>
        <source>Check the rights of the token on the Hub, or use another account.</source>
        <translation>Prüfen Sie die Rechte des Tokens auf dem Hub, oder nehmen Sie ein anderes Konto.</translation>
    </message>
    <message>
        <source>The Hub has taken this repo down.</source>
        <translation>Der Hub hat dieses Repo gesperrt.</translation>
    </message>
    <message>
        <source>The Hub has taken “%1” down.</source>
        <extracomment>%1 is a repo or a file</extracomment>
        <translation>Der Hub hat „%1“ gesperrt.</translation>
    </message>
    <message>
        <source>The repo&apos;s page on the Hub may say why.</source>
        <translation>Die Seite des Repos auf dem Hub nennt vielleicht den Grund.</translation>
    </message>
    <message>
        <source>The repo is not there, or not visible to this account.</source>
        <translation>Das Repo gibt es nicht, oder dieses Konto sieht es nicht.</translation>
    </message>
    <message>
        <source>“%1” is not there, or not visible to this account.</source>
        <extracomment>%1 is a repo</extracomment>
        <translation>„%1“ gibt es nicht, oder dieses Konto sieht es nicht.</translation>
    </message>
    <message>
        <source>Check the name. A private repo needs an account that may see it: sign in, or set HF_TOKEN.</source>
        <translation>Prüfen Sie den Namen. Ein privates Repo braucht ein Konto, das es sehen darf: Melden Sie sich an, oder setzen Sie HF_TOKEN.</translation>
    </message>
    <message>
        <source>The repo has no such branch, tag or commit.</source>
        <translation>Das Repo hat keinen solchen Zweig, Tag oder Commit.</translation>
    </message>
    <message>
        <source>The repo has no branch, tag or commit “%1”.</source>
        <extracomment>%1 is the name of a branch, a tag or a commit</extracomment>
        <translation>Das Repo hat keinen Zweig, Tag oder Commit „%1“.</translation>
    </message>
    <message>
        <source>Check the name, or leave it out to use the main branch.</source>
        <translation>Prüfen Sie den Namen, oder lassen Sie ihn weg, um den Hauptzweig zu nehmen.</translation>
    </message>
    <message>
        <source>The file is not in this version of the repo.</source>
        <translation>Die Datei ist nicht in dieser Fassung des Repos.</translation>
    </message>
    <message>
        <source>“%1” is not in this version of the repo.</source>
        <extracomment>%1 is a file path or a pattern</extracomment>
        <translation>„%1“ ist nicht in dieser Fassung des Repos.</translation>
    </message>
    <message>
        <source>Check the spelling, capital letters included, or choose another version.</source>
        <translation>Prüfen Sie die Schreibung, auch Groß und Klein, oder wählen Sie eine andere Fassung.</translation>
    </message>
    <message>
        <source>The Hub did not understand the request.</source>
        <translation>Der Hub hat die Anfrage nicht verstanden.</translation>
    </message>
    <message>
        <source>The Hub did not understand the request. It says: “%1”</source>
        <extracomment>%1 is a sentence of the Hub, usually in English</extracomment>
        <translation>Der Hub hat die Anfrage nicht verstanden. Er sagt: „%1“</translation>
    </message>
    <message>
        <source>Check the names and the Hub address; if they are right, please report the details.</source>
        <translation>Prüfen Sie die Namen und die Adresse des Hubs; stimmen sie, melden Sie bitte die Einzelheiten.</translation>
    </message>
    <message>
        <source>This could not be understood.</source>
        <translation>Das war nicht zu verstehen.</translation>
    </message>
    <message>
        <source>Check the spelling and try again.</source>
        <translation>Prüfen Sie die Schreibung und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The connection is not trusted.</source>
        <translation>Der Verbindung ist nicht zu trauen.</translation>
    </message>
    <message>
        <source>The connection is not trusted: %1</source>
        <extracomment>%1 is the reason, in the words of the encryption library</extracomment>
        <translation>Der Verbindung ist nicht zu trauen: %1</translation>
    </message>
    <message>
        <source>Company filters and wrong clocks do this. Check the date, and ask whoever runs the network for its certificate.</source>
        <translation>Das tun Filter in Firmennetzen und falsche Uhren. Prüfen Sie das Datum, und fragen Sie, wer das Netz betreibt, nach dessen Zertifikat.</translation>
    </message>
    <message>
        <source>The answer is not what the Hub sends.</source>
        <translation>So antwortet der Hub nicht.</translation>
    </message>
    <message>
        <source>Check the Hub address; a network that asks you to sign in first also answers like this.</source>
        <translation>Prüfen Sie die Adresse des Hubs; auch ein Netz mit Anmeldeseite antwortet so.</translation>
    </message>
    <message>
        <source>A file arrived, but its content is not what the Hub lists.</source>
        <translation>Eine Datei kam an, aber ihr Inhalt ist nicht der, den der Hub nennt.</translation>
    </message>
    <message>
        <source>“%1” arrived, but its content is not what the Hub lists.</source>
        <extracomment>%1 is a file path</extracomment>
        <translation>„%1“ kam an, aber der Inhalt ist nicht der, den der Hub nennt.</translation>
    </message>
    <message>
        <source>Something between here and the Hub, or the disk, may change it. Try again over another network or to another disk.</source>
        <translation>Etwas auf dem Weg oder der Datenträger verändert ihn vielleicht. Versuchen Sie es über ein anderes Netz oder auf einen anderen Datenträger.</translation>
    </message>
    <message>
        <source>Another program is fetching the same file.</source>
        <translation>Ein anderes Programm holt gerade dieselbe Datei.</translation>
    </message>
    <message>
        <source>Wait until it is done, or stop the other program.</source>
        <translation>Warten Sie, bis es fertig ist, oder beenden Sie das andere Programm.</translation>
    </message>
    <message>
        <source>There is no room left on the disk.</source>
        <translation>Auf dem Datenträger ist kein Platz mehr.</translation>
    </message>
    <message>
        <source>There is no room left on the disk (%1).</source>
        <extracomment>%1 is a file path and the reason of the system</extracomment>
        <translation>Auf dem Datenträger ist kein Platz mehr (%1).</translation>
    </message>
    <message>
        <source>Free some space, choose another folder or take fewer files; what is already here is kept.</source>
        <translation>Schaffen Sie Platz, wählen Sie einen anderen Ordner oder weniger Dateien; was da ist, bleibt.</translation>
    </message>
    <message>
        <source>The file is larger than the file system of its folder allows.</source>
        <translation>Die Datei ist größer, als das Dateisystem ihres Ordners zulässt.</translation>
    </message>
    <message>
        <source>The file is larger than the file system of its folder allows (%1).</source>
        <extracomment>%1 is a file path and the reason of the system</extracomment>
        <translation>Die Datei ist größer, als das Dateisystem ihres Ordners zulässt (%1).</translation>
    </message>
    <message>
        <source>FAT32 keeps no file of 4 GiB or more. Choose a folder on another drive, or leave the file out.</source>
        <translation>FAT32 nimmt keine Datei von 4 GiB oder mehr auf. Wählen Sie einen Ordner auf einem anderen Laufwerk, oder lassen Sie die Datei weg.</translation>
    </message>
    <message>
        <source>The folder of this download is not there any more.</source>
        <translation>Der Ordner dieses Downloads ist nicht mehr da.</translation>
    </message>
    <message>
        <source>The folder of this download is not there any more (%1).</source>
        <extracomment>%1 is a folder</extracomment>
        <translation>Der Ordner dieses Downloads ist nicht mehr da (%1).</translation>
    </message>
    <message>
        <source>If it is on another drive, connect that: the download then goes on. If you deleted the folder, remove the download and get it anew.</source>
        <translation>Liegt er auf einem anderen Laufwerk, so schließen Sie es an: Der Download geht dann weiter. Haben Sie ihn gelöscht, so entfernen Sie den Download und laden Sie neu.</translation>
    </message>
    <message>
        <source>A file could not be read or written.</source>
        <translation>Eine Datei war nicht zu lesen oder zu schreiben.</translation>
    </message>
    <message>
        <source>A file could not be read or written (%1).</source>
        <extracomment>%1 is a file path and the reason of the system</extracomment>
        <translation>Eine Datei war nicht zu lesen oder zu schreiben (%1).</translation>
    </message>
    <message>
        <source>Check that the folder is there and that you may write to it, or choose another one.</source>
        <translation>Prüfen Sie, ob es den Ordner gibt und Sie dort schreiben dürfen, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>No key store answers, so the token cannot be kept safely.</source>
        <extracomment>A key store keeps passwords: GNOME Keyring, KWallet</extracomment>
        <translation>Kein Schlüsselspeicher antwortet, daher lässt sich das Token nicht sicher aufbewahren.</translation>
    </message>
    <message>
        <source>Start the key store of your desktop, or go on with a token that is forgotten when the app ends.</source>
        <translation>Starten Sie den Schlüsselspeicher des Desktops, oder arbeiten Sie mit einem Token, das beim Beenden vergessen wird.</translation>
    </message>
    <message>
        <source>The key store is locked or did not give the token.</source>
        <translation>Der Schlüsselspeicher ist gesperrt oder gab das Token nicht heraus.</translation>
    </message>
    <message>
        <source>Unlock the key store and try again, or sign in until you quit.</source>
        <translation>Entsperren Sie den Schlüsselspeicher und versuchen Sie es noch einmal, oder melden Sie sich bis zum Beenden an.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <extracomment>A title and an advice, both whole sentences, in one line</extracomment>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>The connection was refused or cut off (%1).</source>
        <extracomment>%1 is the reason, in the words of the network library</extracomment>
        <translation>Die Verbindung wurde verweigert oder abgebrochen (%1).</translation>
    </message>
    <message>
        <source>The Hub may have done it all the same: look before you repeat it.</source>
        <translation>Der Hub hat es vielleicht trotzdem getan: erst nachsehen, dann wiederholen.</translation>
    </message>
    <message>
        <source>This is only for people with an account.</source>
        <extracomment>An account of the Hub; a guest tried it</extracomment>
        <translation>Das geht nur mit einem Konto.</translation>
    </message>
    <message>
        <source>Sign in, or set HF_TOKEN to a token of your account.</source>
        <translation>Melden Sie sich an, oder setzen Sie HF_TOKEN auf ein Token Ihres Kontos.</translation>
    </message>
    <message>
        <source>The proxy lets nobody through without the right name and password.</source>
        <translation>Der Proxy lässt ohne den richtigen Namen und das Passwort niemanden durch.</translation>
    </message>
    <message>
        <source>The proxy lets nobody through without the right name and password (%1).</source>
        <extracomment>%1 is the proxy and its reason</extracomment>
        <translation>Der Proxy lässt ohne den richtigen Namen und das Passwort niemanden durch (%1).</translation>
    </message>
    <message>
        <source>Write them into the proxy&apos;s address: http://name:password@host:port</source>
        <extracomment>The form in which a proxy is written in an environment variable such as https_proxy</extracomment>
        <translation>Schreiben Sie beide in die Adresse des Proxys: http://name:passwort@rechner:port</translation>
    </message>
    <message>
        <source>This download began at another Hub than the one that is set now.</source>
        <translation>Dieser Download begann bei einem anderen Hub als dem jetzt eingestellten.</translation>
    </message>
    <message>
        <source>This download began at %1, but Hubload is set to %2.</source>
        <extracomment>%1 and %2 are the addresses of two Hubs; the first is where a download began</extracomment>
        <translation>Dieser Download begann bei %1, Hubload ist aber auf %2 eingestellt.</translation>
    </message>
    <message>
        <source>It goes on once the Hub address is the first one again. To get the files from the Hub that is set now, remove the download and add it again; what is here of them is used where it is the same.</source>
        <translation>Er geht weiter, sobald die Hub-Adresse wieder die erste ist. Um die Dateien vom jetzt eingestellten Hub zu holen, entfernen Sie den Download und fügen ihn neu hinzu; was von ihnen schon hier ist, wird verwendet, wo es dasselbe ist.</translation>
    </message>
    <message>
        <source>The file was refused: files over 50 GB the Hub hands out only by its own transfer protocol Xet, which this version does not speak.</source>
        <extracomment>Xet is a protocol&apos;s name</extracomment>
        <translation>Die Datei wurde verweigert: Dateien über 50 GB gibt der Hub nur über sein eigenes Übertragungsprotokoll Xet heraus, das diese Version nicht spricht.</translation>
    </message>
    <message>
        <source>“%1” was refused: files over 50 GB the Hub hands out only by its own transfer protocol Xet, which this version does not speak.</source>
        <extracomment>%1 is a file path; Xet is a protocol&apos;s name</extracomment>
        <translation>„%1“ wurde verweigert: Dateien über 50 GB gibt der Hub nur über sein eigenes Übertragungsprotokoll Xet heraus, das diese Version nicht spricht.</translation>
    </message>
    <message>
        <source>Fetch this file with the Hub&apos;s own command, hf download; in the shared cache it is then found here, too. Or leave it out of the download.</source>
        <extracomment>hf download is a command</extracomment>
        <translation>Holen Sie diese Datei mit dem Befehl des Hubs, hf download; im gemeinsamen Cache wird sie dann auch hier gefunden. Oder lassen Sie sie aus dem Download weg.</translation>
    </message>
    <message>
        <source>What lay in the cache was not the file: its digest is another one.</source>
        <translation>Was im Cache lag, war nicht die Datei: Seine Prüfsumme ist eine andere.</translation>
    </message>
    <message>
        <source>It is fetched again. If this happens more than once, check the disk.</source>
        <translation>Sie wird noch einmal geholt. Wenn das öfter vorkommt, prüfen Sie den Datenträger.</translation>
    </message>
    <message>
        <source>What was here of the file is not there any more.</source>
        <translation>Was von der Datei schon hier war, ist nicht mehr da.</translation>
    </message>
    <message>
        <source>Another program has removed or replaced it. It is fetched again.</source>
        <translation>Ein anderes Programm hat es entfernt oder ersetzt. Es wird noch einmal geholt.</translation>
    </message>
</context>
<context>
    <name>core::Format</name>
    <message>
        <source>%1 B</source>
        <extracomment>Sizes in decimal units; %1 is a number such as 7.30</extracomment>
        <translation>%1 B</translation>
    </message>
    <message>
        <source>%1 KB</source>
        <translation>%1 KB</translation>
    </message>
    <message>
        <source>%1 MB</source>
        <translation>%1 MB</translation>
    </message>
    <message>
        <source>%1 GB</source>
        <translation>%1 GB</translation>
    </message>
    <message>
        <source>%1 TB</source>
        <translation>%1 TB</translation>
    </message>
    <message>
        <source>%1 PB</source>
        <translation>%1 PB</translation>
    </message>
    <message>
        <source>%1 EB</source>
        <translation>%1 EB</translation>
    </message>
    <message>
        <source>%1 B/s</source>
        <extracomment>Speeds in decimal units per second; %1 is a number such as 7.30</extracomment>
        <translation>%1 B/s</translation>
    </message>
    <message>
        <source>%1 KB/s</source>
        <translation>%1 KB/s</translation>
    </message>
    <message>
        <source>%1 MB/s</source>
        <translation>%1 MB/s</translation>
    </message>
    <message>
        <source>%1 GB/s</source>
        <translation>%1 GB/s</translation>
    </message>
    <message>
        <source>%1 TB/s</source>
        <translation>%1 TB/s</translation>
    </message>
    <message>
        <source>%1 PB/s</source>
        <translation>%1 PB/s</translation>
    </message>
    <message>
        <source>%1 EB/s</source>
        <translation>%1 EB/s</translation>
    </message>
    <message>
        <source>%1 s</source>
        <comment>seconds</comment>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <comment>minutes</comment>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <comment>minutes and seconds</comment>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h</source>
        <comment>hours</comment>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <comment>hours and minutes</comment>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 d</source>
        <comment>days</comment>
        <translation>%1 T</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <comment>days and hours</comment>
        <translation>%1 T %2 h</translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <comment>a speed and its limit</comment>
        <translation>%1 / %2</translation>
    </message>
</context>
<context>
    <name>core::Ids</name>
    <message>
        <source>“%1” is not a repo name.</source>
        <translation>„%1“ ist kein Name eines Repos.</translation>
    </message>
    <message>
        <source>“%1” is not the name of a branch, tag or commit.</source>
        <translation>„%1“ ist kein Name eines Zweigs, Tags oder Commits.</translation>
    </message>
    <message>
        <source>“%1” is not a file path that can be stored safely.</source>
        <translation>„%1“ ist kein Dateipfad, der sich sicher speichern lässt.</translation>
    </message>
    <message>
        <source>“%1” is not the name of an account.</source>
        <translation>„%1“ ist nicht der Name eines Kontos.</translation>
    </message>
</context>
<context>
    <name>core::RepoRef</name>
    <message>
        <source>The name of a repo is missing.</source>
        <translation>Der Name eines Repos fehlt.</translation>
    </message>
    <message>
        <source>This is not a repo or link the app understands: “%1”. It reads ORG/NAME, datasets/ORG/NAME, spaces/ORG/NAME, hf:// addresses and web links of the Hub.</source>
        <extracomment>%1 is what a person typed or pasted; ORG and NAME stand for the parts of a repo&apos;s name</extracomment>
        <translation>Das ist kein Repo und kein Link, den das Programm versteht: „%1“. Es liest ORG/NAME, datasets/ORG/NAME, spaces/ORG/NAME, hf://-Adressen und Weblinks des Hubs.</translation>
    </message>
</context>
<context>
    <name>gui::CardHtml</name>
    <message>
        <source>image</source>
        <translation>Bild</translation>
    </message>
</context>
<context>
    <name>gui::CardView</name>
    <message>
        <source>The card goes on; read the rest on the Hub.</source>
        <translation>Die Karte geht weiter; den Rest lesen Sie auf dem Hub.</translation>
    </message>
</context>
<context>
    <name>gui::ChooseDialog</name>
    <message>
        <source>Change files</source>
        <translation>Dateien ändern</translation>
    </message>
    <message>
        <source>Filter files</source>
        <translation>Dateien filtern</translation>
    </message>
    <message>
        <source>Filter: words, or *.gguf</source>
        <translation>Filter: Wörter, oder *.gguf</translation>
    </message>
    <message>
        <source>&amp;All</source>
        <translation>&amp;Alle</translation>
    </message>
    <message>
        <source>&amp;None</source>
        <translation>&amp;Keine</translation>
    </message>
    <message>
        <source>Files of this version</source>
        <translation>Dateien dieser Version</translation>
    </message>
    <message>
        <source>A file that is taken out is no longer fetched. What of it is here already stays on the disk.</source>
        <translation>Eine Datei, die herausgenommen wird, wird nicht mehr geholt. Was von ihr schon da ist, bleibt auf der Platte.</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>C&amp;hange</source>
        <translation>Än&amp;dern</translation>
    </message>
    <message>
        <source>Files of %1 at %2</source>
        <translation>Dateien von %1 bei %2</translation>
    </message>
    <message>
        <source>Asking the Hub for the other files…</source>
        <translation>Der Hub wird nach den anderen Dateien gefragt…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
</context>
<context>
    <name>gui::CopySaver</name>
    <message>
        <source>Save a copy</source>
        <translation>Eine Kopie speichern</translation>
    </message>
    <message>
        <source>%1 is saved.</source>
        <translation>%1 ist gespeichert.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Saving a copy of %1…</source>
        <translation>Eine Kopie von %1 wird gespeichert …</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>gui::DiscoverPage</name>
    <message>
        <source>Search the Hub or paste a link</source>
        <translation>Im Hub suchen oder einen Link einfügen</translation>
    </message>
    <message>
        <source>S&amp;ort:</source>
        <translation>S&amp;ortierung:</translation>
    </message>
    <message>
        <source>Sort results by</source>
        <translation>Ergebnisse sortieren nach</translation>
    </message>
    <message>
        <source>Kind of repository</source>
        <translation>Art des Repos</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>Suchergebnisse</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>Data&amp;sets</source>
        <translation>Daten&amp;sätze</translation>
    </message>
    <message>
        <source>S&amp;paces</source>
        <translation>S&amp;paces</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>Beliebt zurzeit</translation>
    </message>
    <message>
        <source>Most downloads</source>
        <translation>Meiste Downloads</translation>
    </message>
    <message>
        <source>Most likes</source>
        <translation>Meiste Likes</translation>
    </message>
    <message>
        <source>Recently updated</source>
        <translation>Zuletzt geändert</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft…</translation>
    </message>
    <message>
        <source>Loading more…</source>
        <translation>Mehr wird geladen…</translation>
    </message>
    <message numerus="yes">
        <source>%Ln loaded, more follow as you scroll</source>
        <translation>
            <numerusform>%Ln geladen, mehr folgt beim Blättern</numerusform>
            <numerusform>%Ln geladen, mehr folgt beim Blättern</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln found</source>
        <translation>
            <numerusform>%Ln gefunden</numerusform>
            <numerusform>%Ln gefunden</numerusform>
        </translation>
    </message>
    <message>
        <source>Searching the Hub…</source>
        <translation>Der Hub wird durchsucht…</translation>
    </message>
    <message>
        <source>The Hub lists nothing here.</source>
        <translation>Der Hub nennt hier nichts.</translation>
    </message>
    <message>
        <source>No results for “%1”.</source>
        <translation>Keine Ergebnisse für „%1“.</translation>
    </message>
    <message>
        <source>Checked: spelling as typed, in this kind of repository.</source>
        <translation>Geprüft: Schreibung wie eingegeben, in dieser Art von Repo.</translation>
    </message>
</context>
<context>
    <name>gui::DownloadActions</name>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>Pause &amp;all</source>
        <translation>Alle an&amp;halten</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>Re&amp;move from list…</source>
        <translation>&amp;Aus der Liste nehmen…</translation>
    </message>
    <message>
        <source>To &amp;top</source>
        <translation>Ganz nach o&amp;ben</translation>
    </message>
    <message>
        <source>&amp;Up</source>
        <translation>Nach &amp;oben</translation>
    </message>
    <message>
        <source>&amp;Down</source>
        <translation>Nach &amp;unten</translation>
    </message>
    <message>
        <source>To &amp;bottom</source>
        <translation>Ans E&amp;nde</translation>
    </message>
    <message>
        <source>Start no&amp;w</source>
        <translation>&amp;Jetzt beginnen</translation>
    </message>
    <message>
        <source>L&amp;imit…</source>
        <translation>G&amp;renze…</translation>
    </message>
    <message>
        <source>Change &amp;files…</source>
        <translation>&amp;Dateien ändern…</translation>
    </message>
</context>
<context>
    <name>gui::DownloadsModel</name>
    <message>
        <source>%1 percent</source>
        <translation>%1 Prozent</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>%1 of %2 bytes</source>
        <translation>%1 von %2 Byte</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Left</source>
        <comment>time left</comment>
        <translation>Rest</translation>
    </message>
    <message>
        <source>on hold</source>
        <comment>speed</comment>
        <translation>gehalten</translation>
    </message>
    <message>
        <source>Place in the queue</source>
        <translation>Platz in der Warteschlange</translation>
    </message>
    <message>
        <source>#</source>
        <comment>position in the queue</comment>
        <translation>#</translation>
    </message>
</context>
<context>
    <name>gui::DownloadsPage</name>
    <message>
        <source>Downloads</source>
        <translation>Downloads</translation>
    </message>
    <message>
        <source>Details of the download</source>
        <translation>Einzelheiten des Downloads</translation>
    </message>
    <message>
        <source>Files &amp;in it</source>
        <translation>Dateien da&amp;rin</translation>
    </message>
    <message>
        <source>Files of the download</source>
        <translation>Dateien des Downloads</translation>
    </message>
    <message>
        <source>&amp;General</source>
        <translation>A&amp;llgemein</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Done of</source>
        <translation>Geschafft</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Fassung</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Ort</translation>
    </message>
    <message>
        <source>Nothing to fetch. Paste a link, or find something in Discover.</source>
        <translation>Nichts zu holen. Fügen Sie einen Link ein, oder suchen Sie etwas unter Entdecken.</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>Entdecken</translation>
    </message>
    <message>
        <source>Part of the queue could not be read and was put aside.</source>
        <translation>Ein Teil der Warteschlange war nicht lesbar und liegt nun daneben.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1 of %2, %3 of %4</source>
        <translation>%1 von %2, %3 von %4</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1 bei %2</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Remove “%1” from the list?</source>
        <translation>„%1“ aus der Liste nehmen?</translation>
    </message>
    <message numerus="yes">
        <source>Remove %Ln download(s) from the list?</source>
        <translation>
            <numerusform>%Ln Download aus der Liste nehmen?</numerusform>
            <numerusform>%Ln Downloads aus der Liste nehmen?</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>%1 already here is kept, so you can go on later.</source>
        <translation>%1 ist schon hier und bleibt, damit es später weitergehen kann.</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Herausnehmen</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>&amp;Open folder</source>
        <translation>Ordner ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Cop&amp;y name</source>
        <translation>&amp;Namen kopieren</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>Limited by</source>
        <translation>Begrenzt durch</translation>
    </message>
    <message>
        <source>Fetched</source>
        <translation>Geholt</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>Neue Versuche</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>How fast all downloads together may be</source>
        <translation>Wie schnell alle Downloads zusammen sein dürfen</translation>
    </message>
    <message>
        <source>Limit: %1</source>
        <translation>Grenze: %1</translation>
    </message>
    <message>
        <source>Limit of all downloads: %1</source>
        <translation>Grenze aller Downloads: %1</translation>
    </message>
    <message>
        <source>%1, the last at %2: %3</source>
        <comment>number, time, reason</comment>
        <translation>%1, zuletzt um %2: %3</translation>
    </message>
    <message>
        <source>Started over: %1 (%2)</source>
        <comment>file, reason</comment>
        <translation>Von vorn begonnen: %1 (%2)</translation>
    </message>
    <message>
        <source>How fast “%1” may be fetched:</source>
        <translation>Wie schnell „%1“ geholt werden darf:</translation>
    </message>
    <message numerus="yes">
        <source>How fast each of %Ln download(s) may be fetched:</source>
        <translation>
            <numerusform>Wie schnell %Ln Download geholt werden darf:</numerusform>
            <numerusform>Wie schnell jeder von %Ln Downloads geholt werden darf:</numerusform>
        </translation>
    </message>
    <message>
        <source>All together have a limit, too: %1. The smaller one counts.</source>
        <translation>Auch alle zusammen haben eine Grenze: %1. Es gilt die kleinere.</translation>
    </message>
    <message>
        <source>How fast all downloads together may be:</source>
        <translation>Wie schnell alle Downloads zusammen sein dürfen:</translation>
    </message>
    <message>
        <source>&amp;High priority</source>
        <translation>&amp;Hoher Vorrang</translation>
    </message>
    <message>
        <source>&amp;Normal priority</source>
        <translation>&amp;Normaler Vorrang</translation>
    </message>
    <message>
        <source>&amp;Skip: do not fetch</source>
        <translation>Ü&amp;berspringen: nicht holen</translation>
    </message>
</context>
<context>
    <name>gui::FilesModel</name>
    <message>
        <source>%1 of %2 bytes</source>
        <translation>%1 von %2 Byte</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>High</source>
        <comment>priority</comment>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>Normal</source>
        <comment>priority</comment>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>Vorrang</translation>
    </message>
</context>
<context>
    <name>gui::LibraryActions</name>
    <message>
        <source>Open repo &amp;page</source>
        <translation>Repo-&amp;Seite öffnen</translation>
    </message>
    <message>
        <source>Open &amp;folder</source>
        <translation>&amp;Ordner öffnen</translation>
    </message>
    <message>
        <source>&amp;Copy path</source>
        <translation>&amp;Pfad kopieren</translation>
    </message>
    <message>
        <source>Copy “&amp;hf download” line</source>
        <translation>„&amp;hf download“-Zeile kopieren</translation>
    </message>
    <message>
        <source>&amp;Verify</source>
        <translation>Prü&amp;fen</translation>
    </message>
    <message>
        <source>Verify &amp;everything</source>
        <translation>&amp;Alles prüfen</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>&amp;Löschen …</translation>
    </message>
    <message>
        <source>&amp;Undo delete</source>
        <translation>Löschen &amp;rückgängig</translation>
    </message>
    <message>
        <source>Recl&amp;aim…</source>
        <translation>Plat&amp;z schaffen …</translation>
    </message>
    <message>
        <source>&amp;Rescan</source>
        <translation>&amp;Neu einlesen</translation>
    </message>
</context>
<context>
    <name>gui::LibraryDelete</name>
    <message>
        <source>What is not of the Hub&apos;s making is not deleted here.</source>
        <translation>Was nicht vom Hub stammt, wird hier nicht gelöscht.</translation>
    </message>
    <message>
        <source>A note cannot be deleted.</source>
        <translation>Ein Hinweis lässt sich nicht löschen.</translation>
    </message>
    <message>
        <source>Choose whole versions, or files of one version.</source>
        <translation>Bitte ganze Versionen wählen oder Dateien einer Version.</translation>
    </message>
    <message>
        <source>Nothing is chosen.</source>
        <translation>Nichts ist gewählt.</translation>
    </message>
    <message>
        <source>%1 stays: a download in the queue needs it. Remove that from the list of downloads first.</source>
        <translation>%1 bleibt: Ein Download in der Warteschlange braucht es. Bitte diesen zuerst aus der Liste der Downloads entfernen.</translation>
    </message>
    <message>
        <source>It is not there any more.</source>
        <translation>Es ist nicht mehr da.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <comment>of the library</comment>
        <translation>
            <numerusform>%Ln Eintrag</numerusform>
            <numerusform>%Ln Einträge</numerusform>
        </translation>
    </message>
    <message>
        <source>version %1 of %2</source>
        <translation>Version %1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s) of %1</source>
        <translation>
            <numerusform>%Ln Version von %1</numerusform>
            <numerusform>%Ln Versionen von %1</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>file, repo</comment>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) of %1</source>
        <translation>
            <numerusform>%Ln Datei von %1</numerusform>
            <numerusform>%Ln Dateien von %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 will be free (%2 bytes, %Ln file(s)).</source>
        <translation>
            <numerusform>%1 werden frei (%2 Bytes, %Ln Datei).</numerusform>
            <numerusform>%1 werden frei (%2 Bytes, %Ln Dateien).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) with %1 stay: other versions use them (%2).</source>
        <translation>
            <numerusform>%Ln Datei mit %1 bleibt: Andere Versionen brauchen sie (%2).</numerusform>
            <numerusform>%Ln Dateien mit %1 bleiben: Andere Versionen brauchen sie (%2).</numerusform>
        </translation>
    </message>
    <message>
        <source>What it leads to has another name, and stays.</source>
        <translation>Der Inhalt hat noch einen anderen Namen und bleibt.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Nothing can be deleted.</source>
        <translation>Es kann nichts gelöscht werden.</translation>
    </message>
    <message>
        <source>Delete %1 from the Hub cache?</source>
        <translation>%1 aus dem Hub-Cache löschen?</translation>
    </message>
    <message>
        <source>&amp;Keep</source>
        <translation>&amp;Behalten</translation>
    </message>
    <message>
        <source>&amp;Delete %1</source>
        <translation>%1 &amp;löschen</translation>
    </message>
    <message>
        <source>Deleted %1. %2 will be free.</source>
        <translation>Gelöscht: %1. %2 werden frei.</translation>
    </message>
    <message>
        <source>For ten seconds you can take it back; until then nothing is touched.</source>
        <translation>Zehn Sekunden lang lässt es sich rückgängig machen; bis dahin wird nichts angefasst.</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Deleting %1…</source>
        <translation>%1 wird gelöscht …</translation>
    </message>
    <message>
        <source>%1 stays: a download in the queue needs it.</source>
        <translation>%1 bleibt: Ein Download in der Warteschlange braucht es.</translation>
    </message>
    <message>
        <source>%1 stays: more is there now than you were told.</source>
        <translation>%1 bleibt: Inzwischen ist mehr da, als Ihnen gesagt wurde.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>repo, what went wrong</comment>
        <translation>%1: %2</translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more</source>
        <translation>
            <numerusform>und %Ln weiterer</numerusform>
            <numerusform>und %Ln weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Deleted %1: %2 freed.</source>
        <translation>Gelöscht: %1, %2 wurden frei.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Nothing was deleted of %1.</source>
        <translation>Von %1 wurde nichts gelöscht.</translation>
    </message>
    <message>
        <source>The names that lead there go, too: %1.</source>
        <translation>Auch die Namen, die dorthin führen, gehen: %1.</translation>
    </message>
</context>
<context>
    <name>gui::LibraryModel</name>
    <message>
        <source>no name points to it</source>
        <translation>kein Name zeigt darauf</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht vermerkt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>Zuletzt benutzt</translation>
    </message>
    <message>
        <source>checked</source>
        <comment>state</comment>
        <translation>geprüft</translation>
    </message>
    <message>
        <source>%1 of %2 checked</source>
        <comment>numbers of files</comment>
        <translation>%1 von %2 geprüft</translation>
    </message>
    <message>
        <source>not checked</source>
        <comment>state</comment>
        <translation>nicht geprüft</translation>
    </message>
    <message>
        <source>not from the Hub</source>
        <translation>nicht vom Hub</translation>
    </message>
    <message numerus="yes">
        <source>damaged: %Ln missing</source>
        <comment>number of files</comment>
        <translation>
            <numerusform>beschädigt: %Ln fehlt</numerusform>
            <numerusform>beschädigt: %Ln fehlen</numerusform>
        </translation>
    </message>
    <message>
        <source>damaged</source>
        <comment>state</comment>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>incomplete: %1 unfinished</source>
        <translation>unvollständig: %1 angefangen</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Sonstiges</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message numerus="yes">
        <source>shared with %Ln</source>
        <comment>number of other versions</comment>
        <translation>
            <numerusform>geteilt mit %Ln</numerusform>
            <numerusform>geteilt mit %Ln</numerusform>
        </translation>
    </message>
    <message>
        <source>missing</source>
        <comment>state</comment>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>%1 of it belongs to no version.</source>
        <translation>%1 davon gehören zu keiner Version.</translation>
    </message>
    <message>
        <source>Fetched</source>
        <translation>Geholt</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>a kernel: left alone</source>
        <translation>ein Kernel: bleibt unberührt</translation>
    </message>
</context>
<context>
    <name>gui::LibraryPage</name>
    <message>
        <source>&amp;Rescan</source>
        <translation>&amp;Neu einlesen</translation>
    </message>
    <message>
        <source>Look at the disk again (F5)</source>
        <translation>Noch einmal auf dem Datenträger nachsehen (F5)</translation>
    </message>
    <message>
        <source>What the library holds</source>
        <translation>Was in der Bibliothek ist</translation>
    </message>
    <message>
        <source>Hub cache: %1</source>
        <translation>Hub-Cache: %1</translation>
    </message>
    <message>
        <source>Looking at the disk…</source>
        <translation>Der Datenträger wird gelesen…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln repo(s)</source>
        <translation>
            <numerusform>%Ln Repo</numerusform>
            <numerusform>%Ln Repos</numerusform>
        </translation>
    </message>
    <message>
        <source>No files yet. What you fetch — here or with other programs — appears here.</source>
        <translation>Noch keine Dateien. Was Sie holen – hier oder mit anderen Programmen –, erscheint hier.</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>Entdecken</translation>
    </message>
    <message>
        <source>Recl&amp;aim…</source>
        <translation>Plat&amp;z schaffen …</translation>
    </message>
    <message>
        <source>What could be deleted to make room</source>
        <translation>Was gelöscht werden könnte, um Platz zu schaffen</translation>
    </message>
    <message>
        <source>V&amp;erify all</source>
        <translation>Alles &amp;prüfen</translation>
    </message>
    <message>
        <source>Compare all content with its ids</source>
        <translation>Alle Inhalte mit ihren Kennungen vergleichen</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>Nach Namen filtern</translation>
    </message>
    <message>
        <source>Filter the library by name</source>
        <translation>Die Bibliothek nach Namen filtern</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Unused for</source>
        <translation>Unbenutzt seit</translation>
    </message>
    <message>
        <source>Open f&amp;older</source>
        <translation>&amp;Ordner öffnen</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>&amp;Löschen …</translation>
    </message>
    <message>
        <source>All kinds</source>
        <translation>Alle Arten</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>Datensätze</translation>
    </message>
    <message>
        <source>Spaces</source>
        <translation>Spaces</translation>
    </message>
    <message>
        <source>Other things</source>
        <translation>Sonstiges</translation>
    </message>
    <message>
        <source>Used whenever</source>
        <translation>Wann auch immer benutzt</translation>
    </message>
    <message numerus="yes">
        <source>Unused for %Ln month(s)</source>
        <translation>
            <numerusform>Seit %Ln Monat unbenutzt</numerusform>
            <numerusform>Seit %Ln Monaten unbenutzt</numerusform>
        </translation>
    </message>
    <message>
        <source>You stopped the look at the disk.</source>
        <translation>Sie haben das Einlesen angehalten.</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Noch einmal einlesen</translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <comment>to reclaim space</comment>
        <translation>
            <numerusform>%Ln Eintrag</numerusform>
            <numerusform>%Ln Einträge</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>The disk has not been looked at.</source>
        <translation>Die Platte wurde noch nicht eingelesen.</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>Einlesen</translation>
    </message>
    <message>
        <source>No repo matches these filters.</source>
        <translation>Kein Repo passt zu diesen Filtern.</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>Filter aufheben</translation>
    </message>
    <message>
        <source>%1 unfinished</source>
        <translation>%1 angefangen</translation>
    </message>
    <message numerus="yes">
        <source>%Ln thing(s) not of the Hub&apos;s making</source>
        <translation>
            <numerusform>%Ln Sache nicht vom Hub</numerusform>
            <numerusform>%Ln Sachen nicht vom Hub</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln shown, %1</source>
        <comment>rows, size</comment>
        <translation>
            <numerusform>%Ln gezeigt, %1</numerusform>
            <numerusform>%Ln gezeigt, %1</numerusform>
        </translation>
    </message>
    <message>
        <source>looking at the disk…</source>
        <translation>wird eingelesen …</translation>
    </message>
    <message>
        <source>Models %1</source>
        <translation>Modelle %1</translation>
    </message>
    <message>
        <source>Datasets %1</source>
        <translation>Datensätze %1</translation>
    </message>
    <message>
        <source>Spaces %1</source>
        <translation>Spaces %1</translation>
    </message>
    <message>
        <source>Other %1</source>
        <translation>Sonstiges %1</translation>
    </message>
    <message>
        <source>Free %1</source>
        <translation>Frei %1</translation>
    </message>
    <message>
        <source>Nothing is chosen.</source>
        <translation>Nichts ist gewählt.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) chosen.</source>
        <translation>
            <numerusform>%Ln Zeile gewählt.</numerusform>
            <numerusform>%Ln Zeilen gewählt.</numerusform>
        </translation>
    </message>
    <message>
        <source>This was not put here by a program of the Hub, or is a kind of repo that Hubload does not know. It is left alone.</source>
        <translation>Das hat kein Programm des Hubs hierher gelegt, oder es ist eine Art von Repo, die Hubload nicht kennt. Es bleibt unberührt.</translation>
    </message>
    <message>
        <source>Deleting this version frees %1; %2 of it is shared and stays.</source>
        <translation>Diese Version zu löschen gibt %1 frei; %2 davon sind geteilt und bleiben.</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>number of versions, number of files</comment>
        <translation>%1, %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s)</source>
        <translation>
            <numerusform>%Ln Version</numerusform>
            <numerusform>%Ln Versionen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of it belongs to no version.</source>
        <translation>%1 davon gehören zu keiner Version.</translation>
    </message>
    <message>
        <source>All that was here is about to be deleted.</source>
        <translation>Alles, was hier war, wird gleich gelöscht.</translation>
    </message>
</context>
<context>
    <name>gui::LimitChoice</name>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>None: as fast as it goes</source>
        <translation>Keine: so schnell es geht</translation>
    </message>
    <message>
        <source>Hold: nothing is fetched</source>
        <translation>Halten: nichts wird geholt</translation>
    </message>
    <message>
        <source>Not faster than</source>
        <translation>Nicht schneller als</translation>
    </message>
    <message>
        <source>Highest speed</source>
        <translation>Höchste Geschwindigkeit</translation>
    </message>
</context>
<context>
    <name>gui::LimitDialog</name>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Set limit</source>
        <translation>Grenze &amp;setzen</translation>
    </message>
</context>
<context>
    <name>gui::LimitMenu</name>
    <message>
        <source>Limit of &amp;everything</source>
        <translation>Grenze für a&amp;lles</translation>
    </message>
    <message>
        <source>&amp;None</source>
        <comment>limit</comment>
        <translation>&amp;Keine</translation>
    </message>
    <message>
        <source>&amp;Hold: fetch nothing</source>
        <translation>&amp;Halten: nichts holen</translation>
    </message>
    <message>
        <source>&amp;Another speed…</source>
        <translation>&amp;Andere Geschwindigkeit…</translation>
    </message>
</context>
<context>
    <name>gui::MainWindow</name>
    <message>
        <source>Places</source>
        <translation>Orte</translation>
    </message>
    <message>
        <source>Hubload – Demo</source>
        <translation>Hubload – Demo</translation>
    </message>
    <message>
        <source>Hubload</source>
        <translation>Hubload</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Add link…</source>
        <translation>&amp;Link hinzufügen…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Find</source>
        <translation>&amp;Finden</translation>
    </message>
    <message>
        <source>&amp;Search the Hub</source>
        <translation>Im Hub &amp;suchen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Discover</source>
        <translation>&amp;Entdecken</translation>
    </message>
    <message>
        <source>D&amp;ownloads</source>
        <translation>&amp;Downloads</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>B&amp;ibliothek</translation>
    </message>
    <message>
        <source>&amp;Settings</source>
        <translation>Ein&amp;stellungen</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Reload</source>
        <translation>&amp;Neu laden</translation>
    </message>
    <message>
        <source>&amp;Transfer</source>
        <translation>&amp;Übertragung</translation>
    </message>
    <message>
        <source>&amp;Get ticked files…</source>
        <translation>An&amp;gehakte Dateien holen…</translation>
    </message>
    <message>
        <source>Resume al&amp;l</source>
        <translation>All&amp;e fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About Hubload</source>
        <translation>Ü&amp;ber Hubload</translation>
    </message>
    <message>
        <source>Demo Hub: nothing here is real</source>
        <translation>Demo-Hub: Nichts hier ist echt</translation>
    </message>
    <message>
        <source>Hub: %1</source>
        <translation>Hub: %1</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Nothing in the queue</source>
        <translation>Nichts in der Warteschlange</translation>
    </message>
    <message numerus="yes">
        <source>%Ln in the queue, %1 left</source>
        <translation>
            <numerusform>%Ln in der Warteschlange, noch %1</numerusform>
            <numerusform>%Ln in der Warteschlange, noch %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Free space unknown</source>
        <translation>Freier Platz unbekannt</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 frei</translation>
    </message>
    <message>
        <source>About Hubload</source>
        <translation>Über Hubload</translation>
    </message>
    <message>
        <source>Browse, choose and fetch models and datasets of the Hugging Face Hub.</source>
        <translation>Modelle und Datensätze des Hugging Face Hub finden, auswählen und holen.</translation>
    </message>
    <message>
        <source>Discover, Downloads, Library, Settings</source>
        <translation>Entdecken, Downloads, Bibliothek, Einstellungen</translation>
    </message>
    <message>
        <source>Search the Hub, or paste a link</source>
        <translation>Im Hub suchen oder einen Link einfügen</translation>
    </message>
    <message>
        <source>Find on this page</source>
        <translation>Auf dieser Seite finden</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Open a result; get the ticked files</source>
        <translation>Ein Ergebnis öffnen; die angehakten Dateien holen</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Tick or untick files</source>
        <translation>Dateien an- oder abhaken</translation>
    </message>
    <message>
        <source>Get the ticked files</source>
        <translation>Die angehakten Dateien holen</translation>
    </message>
    <message>
        <source>Pause, resume the chosen downloads</source>
        <translation>Gewählte Downloads anhalten, fortsetzen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Entf</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Reload this page</source>
        <translation>Diese Seite neu laden</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Show the downloads</source>
        <translation>Downloads zeigen</translation>
    </message>
    <message numerus="yes">
        <source>%Ln paused</source>
        <translation>
            <numerusform>%Ln angehalten</numerusform>
            <numerusform>%Ln angehalten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln need(s) you</source>
        <translation>
            <numerusform>%Ln braucht Sie</numerusform>
            <numerusform>%Ln brauchen Sie</numerusform>
        </translation>
    </message>
    <message>
        <source>Quit Hubload</source>
        <translation>Hubload beenden</translation>
    </message>
    <message numerus="yes">
        <source>%Ln download(s) are running.</source>
        <translation>
            <numerusform>%Ln Download läuft.</numerusform>
            <numerusform>%Ln Downloads laufen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is running any more.</source>
        <translation>Es läuft nichts mehr.</translation>
    </message>
    <message>
        <source>What is here already is kept; the rest follows the next time you start.</source>
        <translation>Was schon da ist, bleibt; der Rest folgt beim nächsten Start.</translation>
    </message>
    <message>
        <source>What is here already is kept; you can resume the rest the next time you start.</source>
        <translation>Was schon da ist, bleibt; den Rest können Sie nach dem nächsten Start fortsetzen.</translation>
    </message>
    <message>
        <source>&amp;Don&apos;t ask again</source>
        <translation>&amp;Nicht mehr fragen</translation>
    </message>
    <message>
        <source>&amp;Stay here</source>
        <translation>&amp;Hierbleiben</translation>
    </message>
    <message>
        <source>Save a copy of the file in focus</source>
        <translation>Eine Kopie der Datei im Fokus speichern</translation>
    </message>
    <message>
        <source>Limit &amp;on or off</source>
        <translation>Grenze e&amp;in oder aus</translation>
    </message>
    <message>
        <source>%1, %2 left</source>
        <comment>speed, time</comment>
        <translation>%1, noch %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln connection(s)</source>
        <translation>
            <numerusform>%Ln Verbindung</numerusform>
            <numerusform>%Ln Verbindungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln retry(s)</source>
        <translation>
            <numerusform>%Ln neuer Versuch</numerusform>
            <numerusform>%Ln neue Versuche</numerusform>
        </translation>
    </message>
    <message>
        <source>Move the chosen downloads up or down; with Shift to the end</source>
        <translation>Die gewählten Downloads nach oben oder unten; mit Umschalt ans Ende</translation>
    </message>
    <message>
        <source>Start a waiting download now, beside the others</source>
        <translation>Einen wartenden Download jetzt beginnen, neben den anderen</translation>
    </message>
    <message>
        <source>Limit the chosen downloads</source>
        <translation>Die gewählten Downloads begrenzen</translation>
    </message>
    <message>
        <source>Limit of all downloads on or off</source>
        <translation>Grenze aller Downloads ein oder aus</translation>
    </message>
    <message>
        <source>Change the files of a download</source>
        <translation>Die Dateien eines Downloads ändern</translation>
    </message>
    <message>
        <source>Remove the chosen downloads from the list; delete from the library</source>
        <translation>Die gewählten Downloads aus der Liste entfernen; aus der Bibliothek löschen</translation>
    </message>
    <message>
        <source>Take back what was deleted from the library</source>
        <translation>Zurücknehmen, was aus der Bibliothek gelöscht wurde</translation>
    </message>
    <message>
        <source>Verify what is chosen in the library</source>
        <translation>Prüfen, was in der Bibliothek gewählt ist</translation>
    </message>
</context>
<context>
    <name>gui::PlacesModel</name>
    <message>
        <source>Discover</source>
        <translation>Entdecken</translation>
    </message>
    <message>
        <source>Downloads (%1)</source>
        <translation>Downloads (%1)</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>Downloads</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message numerus="yes">
        <source>%Ln need(s) you</source>
        <translation>
            <numerusform>%Ln braucht Sie</numerusform>
            <numerusform>%Ln brauchen Sie</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>gui::ReceiptDialog</name>
    <message>
        <source>Chosen</source>
        <translation>Gewählt</translation>
    </message>
    <message>
        <source>Already on this disk</source>
        <translation>Schon hier</translation>
    </message>
    <message>
        <source>To fetch</source>
        <translation>Zu holen</translation>
    </message>
    <message>
        <source>Put them in</source>
        <translation>Wohin</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Fassung</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Datenträger</translation>
    </message>
    <message>
        <source>Disk space</source>
        <translation>Platz auf dem Datenträger</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>&amp;Get</source>
        <translation>&amp;Holen</translation>
    </message>
    <message>
        <source>Get files</source>
        <translation>Dateien holen</translation>
    </message>
    <message numerus="yes">
        <source>Get %Ln file(s) from %1</source>
        <translation>
            <numerusform>%Ln Datei von %1 holen</numerusform>
            <numerusform>%Ln Dateien von %1 holen</numerusform>
        </translation>
    </message>
    <message>
        <source>Hub cache: %1</source>
        <translation>Hub-Cache: %1</translation>
    </message>
    <message>
        <source>Programs that use the Hub find them there by themselves.</source>
        <translation>Programme, die den Hub benutzen, finden sie dort von selbst.</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1 bei %2</translation>
    </message>
    <message>
        <source>looking…</source>
        <translation>wird nachgesehen…</translation>
    </message>
    <message>
        <source>nothing of it</source>
        <translation>nichts davon</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>&amp;Get %1</source>
        <translation>%1 &amp;holen</translation>
    </message>
    <message>
        <source>&amp;Add to library</source>
        <translation>In die Bibliothek &amp;aufnehmen</translation>
    </message>
    <message>
        <source>The free space of this place is not known.</source>
        <translation>Der freie Platz an diesem Ort ist nicht bekannt.</translation>
    </message>
    <message>
        <source>%1 free, too little for this</source>
        <translation>%1 frei, zu wenig hierfür</translation>
    </message>
    <message>
        <source>Needs %1 more than is free on this disk.</source>
        <translation>Es fehlen %1 auf diesem Datenträger.</translation>
    </message>
    <message>
        <source>The queue needs %1 of this disk, too. %2 are missing for both.</source>
        <translation>Auch die Warteschlange braucht %1 auf diesem Laufwerk. Für beides fehlen %2.</translation>
    </message>
    <message>
        <source>Files for which there is no room wait until there is.</source>
        <translation>Dateien, für die kein Platz ist, warten, bis es ihn gibt.</translation>
    </message>
    <message>
        <source>Free some space or take fewer files.</source>
        <translation>Schaffen Sie Platz, oder nehmen Sie weniger Dateien.</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Noch einmal nachsehen</translation>
    </message>
    <message>
        <source>%1 free afterwards</source>
        <translation>danach %1 frei</translation>
    </message>
    <message>
        <source>%1 (%2 bytes)</source>
        <translation>%1 (%2 Bytes)</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>Needs %1 more than is free on this disk, where %2 are kept free.</source>
        <translation>Es fehlen %1 auf diesem Datenträger, auf dem %2 frei bleiben.</translation>
    </message>
</context>
<context>
    <name>gui::ReclaimDialog</name>
    <message>
        <source>Reclaim disk space</source>
        <translation>Platz schaffen</translation>
    </message>
    <message>
        <source>What nobody is likely to miss is ticked. What a download in the queue needs is not in this list.</source>
        <translation>Angekreuzt ist, was wohl niemand vermisst. Was ein Download in der Warteschlange braucht, steht nicht in dieser Liste.</translation>
    </message>
    <message>
        <source>What could be deleted</source>
        <translation>Was gelöscht werden könnte</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Frees</source>
        <translation>Gibt frei</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>Was es ist</translation>
    </message>
    <message>
        <source>For ten seconds you can take it back.</source>
        <translation>Zehn Sekunden lang lässt es sich rückgängig machen.</translation>
    </message>
    <message>
        <source>&amp;Keep all</source>
        <translation>Alles &amp;behalten</translation>
    </message>
    <message>
        <source>Leftovers of interrupted downloads</source>
        <translation>Reste unterbrochener Downloads</translation>
    </message>
    <message>
        <source>Versions no name points to</source>
        <translation>Versionen, auf die kein Name zeigt</translation>
    </message>
    <message numerus="yes">
        <source>Repos unused for %Ln month(s)</source>
        <translation>
            <numerusform>Seit %Ln Monat unbenutzte Repos</numerusform>
            <numerusform>Seit %Ln Monaten unbenutzte Repos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln unfinished file(s)</source>
        <translation>
            <numerusform>%Ln angefangene Datei</numerusform>
            <numerusform>%Ln angefangene Dateien</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s)</source>
        <translation>
            <numerusform>%Ln Version</numerusform>
            <numerusform>%Ln Versionen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln version(s), all that is here of it</source>
        <translation>
            <numerusform>%Ln Version, alles, was davon hier ist</numerusform>
            <numerusform>%Ln Versionen, alles, was davon hier ist</numerusform>
        </translation>
    </message>
    <message>
        <source>last used %1</source>
        <translation>zuletzt benutzt: %1</translation>
    </message>
    <message>
        <source>Looking for what could go…</source>
        <translation>Es wird gesucht, was weg kann …</translation>
    </message>
    <message>
        <source>There is nothing to reclaim.</source>
        <translation>Es gibt nichts, was Platz schafft.</translation>
    </message>
    <message numerus="yes">
        <source>%1 in %Ln item(s) ticked</source>
        <translation>
            <numerusform>%1 in %Ln Eintrag angekreuzt</numerusform>
            <numerusform>%1 in %Ln Einträgen angekreuzt</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Delete %1</source>
        <translation>%1 &amp;löschen</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
</context>
<context>
    <name>gui::RepoDelegate</name>
    <message>
        <source>%1 downloads</source>
        <translation>%1 Downloads</translation>
    </message>
    <message>
        <source>%1 likes</source>
        <translation>%1 Likes</translation>
    </message>
    <message>
        <source>updated %1</source>
        <translation>geändert %1</translation>
    </message>
    <message>
        <source>Gated</source>
        <translation>Mit Zugang</translation>
    </message>
    <message>
        <source>Private</source>
        <translation>Privat</translation>
    </message>
</context>
<context>
    <name>gui::RepoListModel</name>
    <message>
        <source>%1 downloads</source>
        <translation>%1 Downloads</translation>
    </message>
    <message>
        <source>%1 likes</source>
        <translation>%1 Likes</translation>
    </message>
    <message>
        <source>Gated</source>
        <translation>Mit Zugang</translation>
    </message>
</context>
<context>
    <name>gui::RepoPage</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Back (Esc)</source>
        <translation>Zurück (Esc)</translation>
    </message>
    <message>
        <source>Copy the name</source>
        <translation>Den Namen kopieren</translation>
    </message>
    <message>
        <source>&amp;Open on the Hub</source>
        <translation>Auf dem Hub ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Parts of the repository page</source>
        <translation>Teile der Repo-Seite</translation>
    </message>
    <message>
        <source>&amp;Card</source>
        <translation>&amp;Karte</translation>
    </message>
    <message>
        <source>Card of the repository</source>
        <translation>Karte des Repos</translation>
    </message>
    <message>
        <source>F&amp;iles</source>
        <translation>Date&amp;ien</translation>
    </message>
    <message>
        <source>Fi&amp;lter:</source>
        <translation>Fi&amp;lter:</translation>
    </message>
    <message>
        <source>Filter files by words or wildcards</source>
        <translation>Dateien nach Wörtern oder Mustern filtern</translation>
    </message>
    <message>
        <source>Words, or a pattern such as *.gguf</source>
        <translation>Wörter oder ein Muster wie *.gguf</translation>
    </message>
    <message>
        <source>Tick &amp;all</source>
        <translation>&amp;Alle anhaken</translation>
    </message>
    <message>
        <source>Tick &amp;none</source>
        <translation>K&amp;eine anhaken</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>&amp;Get files…</source>
        <translation>Dateien &amp;holen…</translation>
    </message>
    <message>
        <source>Show all files</source>
        <translation>Alle Dateien zeigen</translation>
    </message>
    <message>
        <source>Asking the Hub for the files…</source>
        <translation>Der Hub wird nach den Dateien gefragt…</translation>
    </message>
    <message>
        <source>Asking the Hub for the card…</source>
        <translation>Der Hub wird nach der Karte gefragt…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Open the terms</source>
        <translation>Bedingungen öffnen</translation>
    </message>
    <message>
        <source>Open the request page</source>
        <translation>Antragsseite öffnen</translation>
    </message>
    <message>
        <source>Licence: %1</source>
        <translation>Lizenz: %1</translation>
    </message>
    <message>
        <source>Based on %1</source>
        <translation>Beruht auf %1</translation>
    </message>
    <message>
        <source>%1 downloads</source>
        <translation>%1 Downloads</translation>
    </message>
    <message>
        <source>%1 likes</source>
        <translation>%1 Likes</translation>
    </message>
    <message>
        <source>updated %1</source>
        <translation>geändert %1</translation>
    </message>
    <message>
        <source>%1 at %2</source>
        <translation>%1 bei %2</translation>
    </message>
    <message>
        <source>This version has no files.</source>
        <translation>Diese Fassung hat keine Dateien.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) are left out: their names cannot be written safely.</source>
        <translation>
            <numerusform>%Ln Datei bleibt weg: Ihr Name lässt sich nicht sicher schreiben.</numerusform>
            <numerusform>%Ln Dateien bleiben weg: Ihre Namen lassen sich nicht sicher schreiben.</numerusform>
        </translation>
    </message>
    <message>
        <source>This repo has no card.</source>
        <translation>Dieses Repo hat keine Karte.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln ticked · %1</source>
        <translation>
            <numerusform>%Ln angehakt · %1</numerusform>
            <numerusform>%Ln angehakt · %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s), nothing ticked</source>
        <translation>
            <numerusform>%Ln Datei, nichts angehakt</numerusform>
            <numerusform>%Ln Dateien, nichts angehakt</numerusform>
        </translation>
    </message>
    <message>
        <source>more files are arriving</source>
        <translation>weitere Dateien folgen</translation>
    </message>
    <message>
        <source>&amp;Get files… (%1)</source>
        <translation>Dateien &amp;holen… (%1)</translation>
    </message>
    <message>
        <source>The list of files has to be complete first.</source>
        <translation>Erst muss die Liste der Dateien vollständig sein.</translation>
    </message>
    <message>
        <source>Save a cop&amp;y as…</source>
        <translation>Ko&amp;pie speichern unter …</translation>
    </message>
</context>
<context>
    <name>gui::RepoTreeModel</name>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>Tokenizer</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Config</source>
        <translation>Konfiguration</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Anderes</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 Byte</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>In der Liste</translation>
    </message>
    <message>
        <source>In part</source>
        <translation>Zum Teil</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>Vorhanden</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf der Platte</translation>
    </message>
</context>
<context>
    <name>gui::SettingsPage</name>
    <message>
        <source>Places and network</source>
        <translation>Orte und Netz</translation>
    </message>
    <message>
        <source>Cache fol&amp;der:</source>
        <translation>Cache-&amp;Ordner:</translation>
    </message>
    <message>
        <source>Cache folder</source>
        <translation>Cache-Ordner</translation>
    </message>
    <message>
        <source>Choo&amp;se…</source>
        <translation>&amp;Wählen…</translation>
    </message>
    <message>
        <source>Hub &amp;address:</source>
        <translation>Hub-&amp;Adresse:</translation>
    </message>
    <message>
        <source>Hub address</source>
        <translation>Hub-Adresse</translation>
    </message>
    <message>
        <source>&amp;Keep free on the disk:</source>
        <translation>Auf dem Datenträger &amp;frei lassen:</translation>
    </message>
    <message>
        <source>Keep free on the disk, in MiB</source>
        <translation>Auf dem Datenträger frei lassen, in MiB</translation>
    </message>
    <message>
        <source> MiB</source>
        <translation> MiB</translation>
    </message>
    <message>
        <source>Transfers</source>
        <translation>Übertragungen</translation>
    </message>
    <message>
        <source>&amp;Repos at once:</source>
        <translation>&amp;Repos zugleich:</translation>
    </message>
    <message>
        <source>Repos at once</source>
        <translation>Repos zugleich</translation>
    </message>
    <message>
        <source>F&amp;iles at once:</source>
        <translation>&amp;Dateien zugleich:</translation>
    </message>
    <message>
        <source>Files at once</source>
        <translation>Dateien zugleich</translation>
    </message>
    <message>
        <source>Connections per &amp;large file:</source>
        <translation>Verbindungen je &amp;große Datei:</translation>
    </message>
    <message>
        <source>Connections per large file</source>
        <translation>Verbindungen je große Datei</translation>
    </message>
    <message>
        <source>Connections i&amp;n total:</source>
        <translation>Verbindungen &amp;insgesamt:</translation>
    </message>
    <message>
        <source>Connections in total</source>
        <translation>Verbindungen insgesamt</translation>
    </message>
    <message>
        <source>&amp;Continue unfinished downloads at start</source>
        <translation>&amp;Unfertige Downloads beim Start fortsetzen</translation>
    </message>
    <message>
        <source>Changes apply at once, unless it says otherwise beside the field.</source>
        <translation>Änderungen gelten sofort, wenn neben dem Feld nichts anderes steht.</translation>
    </message>
    <message>
        <source>The demo keeps its files apart.</source>
        <translation>Die Demo hält ihre Dateien getrennt.</translation>
    </message>
    <message>
        <source>Set by the variable %1.</source>
        <translation>Durch die Variable %1 gesetzt.</translation>
    </message>
    <message>
        <source>Empty: the folder that other programs of the Hub use. Takes effect at the next start.</source>
        <translation>Leer: der Ordner, den andere Programme des Hubs benutzen. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>This is not a whole path; it is not used.</source>
        <translation>Das ist kein vollständiger Pfad; er wird nicht benutzt.</translation>
    </message>
    <message>
        <source>Takes effect at the next start.</source>
        <translation>Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>The Hub of the demo, on this computer.</source>
        <translation>Der Hub der Demo, auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Empty: the public Hub. Takes effect at the next start.</source>
        <translation>Leer: der öffentliche Hub. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>This is not the address of a Hub; it is not used.</source>
        <translation>Das ist keine Adresse eines Hubs; sie wird nicht benutzt.</translation>
    </message>
    <message>
        <source>Ask &amp;before quitting while files are fetched</source>
        <translation>Vor dem Beenden &amp;fragen, solange geladen wird</translation>
    </message>
    <message>
        <source>E&amp;xtra certificates:</source>
        <translation>Weitere &amp;Zertifikate:</translation>
    </message>
    <message>
        <source>File of extra certificates</source>
        <translation>Datei mit weiteren Zertifikaten</translation>
    </message>
    <message>
        <source>Ch&amp;oose…</source>
        <translation>Wäh&amp;len…</translation>
    </message>
    <message>
        <source>Choose a file of extra certificates</source>
        <translation>Eine Datei mit weiteren Zertifikaten wählen</translation>
    </message>
    <message>
        <source>Extra certificates</source>
        <translation>Weitere Zertifikate</translation>
    </message>
    <message>
        <source>No certificate can be read from this file; it is not used.</source>
        <translation>Aus dieser Datei lässt sich kein Zertifikat lesen; sie wird nicht benutzt.</translation>
    </message>
    <message>
        <source>A PEM or DER file, for networks that bring certificates of their own. Takes effect at the next start.</source>
        <translation>Eine PEM- oder DER-Datei, für Netze mit eigenen Zertifikaten. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Li&amp;mit of the speed:</source>
        <translation>&amp;Grenze der Geschwindigkeit:</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.der);;All files (*)</source>
        <translation>Zertifikate (*.pem *.crt *.cer *.der);;Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>gui::Texts</name>
    <message>
        <source>Waiting for the Hub (%1)</source>
        <translation>Wartet auf den Hub (%1)</translation>
    </message>
    <message>
        <source>Waiting for the Hub</source>
        <translation>Wartet auf den Hub</translation>
    </message>
    <message>
        <source>Waiting for the network</source>
        <translation>Wartet auf das Netz</translation>
    </message>
    <message>
        <source>Waiting for room on the disk</source>
        <translation>Wartet auf Platz auf der Platte</translation>
    </message>
    <message>
        <source>Waiting for the drive</source>
        <translation>Wartet auf das Laufwerk</translation>
    </message>
    <message>
        <source>Waiting for another program</source>
        <translation>Wartet auf ein anderes Programm</translation>
    </message>
    <message>
        <source>Needs you: nothing has arrived for an hour</source>
        <translation>Braucht Sie: seit einer Stunde kommt nichts an</translation>
    </message>
    <message>
        <source>Trying again in %1</source>
        <translation>Neuer Versuch in %1</translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation>Neuer Versuch</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Vorbereitung</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Wird geholt</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Wird geprüft</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Needs you: %1</source>
        <translation>Braucht Sie: %1</translation>
    </message>
    <message>
        <source>see the details</source>
        <translation>siehe Einzelheiten</translation>
    </message>
    <message>
        <source>Done, checked</source>
        <translation>Fertig, geprüft</translation>
    </message>
    <message>
        <source>Done, not checked</source>
        <translation>Fertig, nicht geprüft</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Was already here</source>
        <translation>War schon hier</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Space</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s) ago</source>
        <translation>
            <numerusform>vor %Ln Minute</numerusform>
            <numerusform>vor %Ln Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hour(s) ago</source>
        <translation>
            <numerusform>vor %Ln Stunde</numerusform>
            <numerusform>vor %Ln Stunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s) ago</source>
        <translation>
            <numerusform>vor %Ln Tag</numerusform>
            <numerusform>vor %Ln Tagen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln month(s) ago</source>
        <translation>
            <numerusform>vor %Ln Monat</numerusform>
            <numerusform>vor %Ln Monaten</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 B parameters</source>
        <translation>%1 Mrd. Parameter</translation>
    </message>
    <message>
        <source>%1 M parameters</source>
        <translation>%1 Mio. Parameter</translation>
    </message>
    <message>
        <source>%1 parameters</source>
        <translation>%1 Parameter</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln Datei</numerusform>
            <numerusform>%Ln Dateien</numerusform>
        </translation>
    </message>
    <message>
        <source>No file matches this filter.</source>
        <translation>Keine Datei passt zu diesem Filter.</translation>
    </message>
    <message>
        <source>The authors share this with people who accept their terms. You accept on the Hub&apos;s page; it takes effect at once.</source>
        <translation>Die Autoren teilen dies mit allen, die ihre Bedingungen annehmen. Das tun Sie auf der Seite des Hubs; es gilt sofort.</translation>
    </message>
    <message>
        <source>The authors approve each request by hand. You ask on the Hub&apos;s page.</source>
        <translation>Die Autoren prüfen jeden Antrag selbst. Den Antrag stellen Sie auf der Seite des Hubs.</translation>
    </message>
    <message>
        <source>no network</source>
        <comment>reason</comment>
        <translation>kein Netz</translation>
    </message>
    <message>
        <source>Hub not found</source>
        <comment>reason</comment>
        <translation>Hub nicht gefunden</translation>
    </message>
    <message>
        <source>connection cut off</source>
        <comment>reason</comment>
        <translation>Verbindung abgebrochen</translation>
    </message>
    <message>
        <source>nothing arrives</source>
        <comment>reason</comment>
        <translation>es kommt nichts an</translation>
    </message>
    <message>
        <source>fault at the Hub</source>
        <comment>reason</comment>
        <translation>Fehler beim Hub</translation>
    </message>
    <message>
        <source>the Hub asks for a pause</source>
        <comment>reason</comment>
        <translation>der Hub bittet um eine Pause</translation>
    </message>
    <message>
        <source>the link has run out</source>
        <comment>reason</comment>
        <translation>der Link ist abgelaufen</translation>
    </message>
    <message>
        <source>changed on the Hub</source>
        <comment>reason</comment>
        <translation>auf dem Hub geändert</translation>
    </message>
    <message>
        <source>sign in again</source>
        <comment>reason</comment>
        <translation>neu anmelden</translation>
    </message>
    <message>
        <source>ask for access</source>
        <comment>reason</comment>
        <translation>Zugang erbitten</translation>
    </message>
    <message>
        <source>access refused</source>
        <comment>reason</comment>
        <translation>Zugang verweigert</translation>
    </message>
    <message>
        <source>taken down by the Hub</source>
        <comment>reason</comment>
        <translation>vom Hub gesperrt</translation>
    </message>
    <message>
        <source>repo not found</source>
        <comment>reason</comment>
        <translation>Repo nicht gefunden</translation>
    </message>
    <message>
        <source>version not found</source>
        <comment>reason</comment>
        <translation>Version nicht gefunden</translation>
    </message>
    <message>
        <source>file not found</source>
        <comment>reason</comment>
        <translation>Datei nicht gefunden</translation>
    </message>
    <message>
        <source>not understood</source>
        <comment>reason</comment>
        <translation>nicht verstanden</translation>
    </message>
    <message>
        <source>connection not trusted</source>
        <comment>reason</comment>
        <translation>Verbindung nicht vertrauenswürdig</translation>
    </message>
    <message>
        <source>check failed twice</source>
        <comment>reason</comment>
        <translation>zweimal falsch angekommen</translation>
    </message>
    <message>
        <source>in use elsewhere</source>
        <comment>reason</comment>
        <translation>anderswo in Gebrauch</translation>
    </message>
    <message>
        <source>disk is full</source>
        <comment>reason</comment>
        <translation>Platte ist voll</translation>
    </message>
    <message>
        <source>too large for this drive</source>
        <comment>reason</comment>
        <translation>zu groß für dieses Laufwerk</translation>
    </message>
    <message>
        <source>drive is missing</source>
        <comment>reason</comment>
        <translation>Laufwerk fehlt</translation>
    </message>
    <message>
        <source>folder cannot be used</source>
        <comment>reason</comment>
        <translation>Ordner nicht benutzbar</translation>
    </message>
    <message>
        <source>key store is locked</source>
        <comment>reason</comment>
        <translation>Schlüsselbund gesperrt</translation>
    </message>
    <message>
        <source>stopped</source>
        <comment>reason</comment>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>sign in</source>
        <comment>reason</comment>
        <translation>bitte anmelden</translation>
    </message>
    <message>
        <source>your limit</source>
        <comment>what holds a download back</comment>
        <translation>Ihre Grenze</translation>
    </message>
    <message>
        <source>the disk</source>
        <comment>what holds a download back</comment>
        <translation>die Platte</translation>
    </message>
    <message>
        <source>this computer (checking)</source>
        <comment>what holds a download back</comment>
        <translation>dieser Rechner (Prüfen)</translation>
    </message>
    <message>
        <source>the Hub&apos;s limit of requests</source>
        <comment>what holds a download back</comment>
        <translation>die Anfragengrenze des Hubs</translation>
    </message>
    <message>
        <source>the server or the network</source>
        <comment>what holds a download back</comment>
        <translation>der Server oder das Netz</translation>
    </message>
    <message>
        <source>none</source>
        <comment>limit</comment>
        <translation>keine</translation>
    </message>
    <message>
        <source>hold</source>
        <comment>limit</comment>
        <translation>Halten</translation>
    </message>
    <message>
        <source>Limited by: %1</source>
        <translation>Begrenzt durch: %1</translation>
    </message>
    <message>
        <source>%1 from the network</source>
        <translation>%1 aus dem Netz</translation>
    </message>
    <message>
        <source>%1 from the network, %2 was here</source>
        <translation>%1 aus dem Netz, %2 war schon da</translation>
    </message>
    <message>
        <source>refused by the proxy</source>
        <comment>reason</comment>
        <translation>vom Proxy abgewiesen</translation>
    </message>
    <message>
        <source>it began at another Hub</source>
        <comment>reason</comment>
        <translation>begann bei einem anderen Hub</translation>
    </message>
    <message>
        <source>only to be had by Xet</source>
        <comment>reason</comment>
        <translation>nur über Xet zu haben</translation>
    </message>
    <message>
        <source>damaged on the disk</source>
        <comment>reason</comment>
        <translation>auf dem Datenträger beschädigt</translation>
    </message>
    <message>
        <source>removed by another program</source>
        <comment>reason</comment>
        <translation>von einem anderen Programm entfernt</translation>
    </message>
</context>
<context>
    <name>gui::VerifyPanel</name>
    <message>
        <source>Re&amp;pair</source>
        <translation>Repa&amp;rieren</translation>
    </message>
    <message>
        <source>Fetch again what is damaged or missing</source>
        <translation>Noch einmal holen, was beschädigt ist oder fehlt</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Cl&amp;ose</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>How much is checked</source>
        <translation>Wie viel geprüft ist</translation>
    </message>
    <message>
        <source>What is not as it should be</source>
        <translation>Was nicht ist, wie es sein soll</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>What is wrong</source>
        <translation>Was nicht stimmt</translation>
    </message>
    <message>
        <source>missing</source>
        <comment>state of a file</comment>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>damaged</source>
        <comment>state of a file</comment>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>What is wrong is being fetched again; see the downloads.</source>
        <translation>Was nicht stimmt, wird noch einmal geholt; siehe Downloads.</translation>
    </message>
    <message>
        <source>Nothing of it can be fetched again.</source>
        <translation>Nichts davon kann noch einmal geholt werden.</translation>
    </message>
    <message numerus="yes">
        <source>Of %Ln file(s) nobody says what they should be.</source>
        <translation>
            <numerusform>Von %Ln Datei sagt niemand, was sie sein soll.</numerusform>
            <numerusform>Von %Ln Dateien sagt niemand, was sie sein sollen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Checking: %1 of %2</source>
        <translation>Prüfung: %1 von %2</translation>
    </message>
    <message>
        <source>Checking: counting the files…</source>
        <translation>Prüfung: Die Dateien werden gezählt …</translation>
    </message>
    <message>
        <source>Paused. %1</source>
        <translation>Angehalten. %1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) are as they should be (%1).</source>
        <translation>
            <numerusform>%Ln Datei ist, wie sie sein soll (%1).</numerusform>
            <numerusform>%Ln Dateien sind, wie sie sein sollen (%1).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 damaged, %2 missing, %3 unreadable; %Ln file(s) are as they should be.</source>
        <translation>
            <numerusform>%1 beschädigt, %2 fehlend, %3 unlesbar; %Ln Datei ist, wie sie sein soll.</numerusform>
            <numerusform>%1 beschädigt, %2 fehlend, %3 unlesbar; %Ln Dateien sind, wie sie sein sollen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Stopped. %1</source>
        <translation>Abgebrochen. %1</translation>
    </message>
    <message numerus="yes">
        <source>For %Ln file(s) there is nothing to compare with.</source>
        <translation>
            <numerusform>Für %Ln Datei gibt es nichts zum Vergleichen.</numerusform>
            <numerusform>Für %Ln Dateien gibt es nichts zum Vergleichen.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>Pa&amp;use</source>
        <translation>Pa&amp;use</translation>
    </message>
</context>
<context>
    <name>gui::WaitLabel</name>
    <message>
        <source>The Hub allows a number of requests in five minutes. Signing in raises it.</source>
        <translation>Der Hub erlaubt eine Anzahl Anfragen in fünf Minuten. Angemeldet sind es mehr.</translation>
    </message>
    <message>
        <source>Waiting for the Hub to allow more requests (%1)</source>
        <extracomment>%1 is a time such as 42 s</extracomment>
        <translation>Wartet, bis der Hub mehr Anfragen erlaubt (%1)</translation>
    </message>
</context>
<context>
    <name>hub::Endpoint</name>
    <message>
        <source>“%1” is not an http or https address.</source>
        <translation>„%1“ ist keine http- oder https-Adresse.</translation>
    </message>
    <message>
        <source>A Hub address has no user name, query or fragment.</source>
        <translation>Eine Hub-Adresse hat keinen Benutzernamen, keine Abfrage und kein Fragment.</translation>
    </message>
</context>
</TS>
