import type { shell as english } from "../en/shell";
import type { Translated } from "../translated";

export const shell = {
  "shell.steps": "Schritte",
  "shell.done": "erledigt",
  "shell.map": "Karte des Gebiets",
  "shell.undo": "Rückgängig",
  "shell.redo": "Wiederholen",
  "shell.settings": "Sprache und Farben",
  "shell.language": "Sprache",
  "shell.theme": "Farben der Seite",
  "shell.theme.auto": "System",
  "shell.theme.light": "Hell",
  "shell.theme.dark": "Dunkel",
  "shell.help": "Hinweise zeigen",
  "shell.next": "Weiter: {{name}}",
  "shell.dismiss": "Schließen",
  "shell.loading": "Wird geladen …",
  "shell.offline": "Der Server antwortet nicht",
  "shell.offline.detail":
    "Alle Eingaben bleiben hier erhalten und gehen an den Server, sobald er wieder da ist.",
  "shell.retry": "Erneut versuchen",
  "shell.key.title": "Dieser Server verlangt einen Schlüssel",
  "shell.key.detail":
    "Wer den Server betreibt, erzeugt Schlüssel mit `landshot keys create NAME`. Der Schlüssel bleibt nur in diesem Tab.",
  "shell.key.label": "API-Schlüssel",
  "shell.key.use": "Diesen Schlüssel verwenden",
  "shell.storage":
    "In diesem Browser ist kein Platz mehr für das Projekt. Vor dem Verlassen der Seite die Labels herunterladen.",
  "shell.missing":
    "Die Labels, auf die diese Adresse verweist, hat der Server nicht, oder sie gehören jemand anderem. Der Ort wird trotzdem gezeigt.",
  "shell.taken.over":
    "Die Labels wurden auch anderswo geändert; diese Änderungen sind jetzt hier. „Rückgängig“ nimmt sie zurück.",
  "shell.failed": "Auf dieser Seite ist etwas schiefgegangen",
  "shell.failed.detail":
    "Die Labels sind gesichert. Die Seite neu laden; wenn es wieder geschieht, bitte melden, was vorher getan wurde.",
  "shell.reload": "Seite neu laden",

  "shell.title.progress": "{{share}} – {{name}}",
  "shell.news.ready": "Die Karte ist fertig.",
  "shell.news.ready.title": "Fertig – {{name}}",
  "shell.news.failed": "Die Karte konnte nicht erstellt werden.",
  "shell.news.failed.title": "Fehlgeschlagen – {{name}}",
  "shell.news.look": "Ansehen",

  "shell.tour": "Hinweise",
  "shell.tour.count": "{{number}} von {{all}}",
  "shell.tour.next": "Nächster Hinweis",
  "shell.tour.back": "Zurück",
  "shell.tour.skip": "Hinweise schließen",
  "shell.tour.done": "Verstanden",
  "shell.tour.welcome":
    "Ein erfundenes Gebiet mit Labels zum Ausprobieren. Auf die Karte klicken, um etwas über eine Stelle zu erfahren, oder Labels setzen und zusehen, wie die Karte folgt.",
  "shell.tour.steps":
    "In sechs Schritten vom Ort zur Karte: einer nach dem anderen oder in beliebiger Reihenfolge.",
  "shell.tour.map":
    "Hier sind die Bilddaten. Die Stecknadel und eine Klasse wählen und dort klicken, wo bekannt ist, was da ist; wenige Stellen je Klasse genügen.",
  "shell.tour.label":
    "Hier stehen alle Labels: wie viele eine Klasse hat und was an einem Label nicht stimmt. Dateien mit Labels lassen sich auf der Seite ablegen.",
  "shell.tour.undo":
    "Alles lässt sich rückgängig machen. Nichts geht verloren, wenn die Seite geschlossen wird oder der Server nicht da ist.",
  "shell.tour.take":
    "Wenn die Karte stimmt, hier die vollständige Karte erstellen und mitnehmen: als GeoTIFF, Polygone, Bericht.",
} satisfies Translated<typeof english>;
