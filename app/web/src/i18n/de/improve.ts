import type { improve as english } from "../en/improve";
import type { Translated } from "../translated";

export const improve = {
  "improve.title": "Verbessern",
  "improve.none":
    "Noch gibt es keine Karte. Zuerst Stellen von mindestens zwei Klassen labeln, dann hierher zurückkehren.",
  "improve.asking": "Wird berechnet …",
  "improve.waiting": "Der Server antwortet im Moment nicht; er wird wieder gefragt.",
  "improve.old": "Wird für die neuen Labels berechnet …",

  "improve.areas": "Flächen",
  "improve.areas.class": "Klasse",
  "improve.areas.area": "Fläche",
  "improve.areas.share": "Anteil",
  "improve.areas.nodata": "Keine Daten",
  "improve.areas.total": "Gesamt",
  "improve.areas.note": "Gezählte Pixel dieser Karte: was die Karte zeigt, nicht, was vor Ort ist.",
  "improve.areas.step": "Das Gebiet ist groß: Jede {{step}}. Zeile und Spalte wurde gezählt.",

  "improve.accuracy": "Was die Labels übereinander sagen",
  "improve.accuracy.right_one": "{{share}} von {{n}} Label wird aus den übrigen richtig vorhergesagt.",
  "improve.accuracy.right_other": "{{share}} von {{n}} Labels werden aus den übrigen richtig vorhergesagt.",
  "improve.accuracy.interval":
    "Allein durch Zufall könnten es {{low}} bis {{high}} sein (Konfidenzintervall 95 %).",
  "improve.matrix": "Labels (Zeilen) und als was sie vorhergesagt wurden (Spalten)",
  "improve.matrix.corner": "Label",
  "improve.matrix.recall": "Gefunden",
  "improve.matrix.precision": "Richtig",
  "improve.matrix.recall.hint":
    "Gefunden: Anteil der Labels einer Klasse, die so vorhergesagt wurden (Recall).",
  "improve.matrix.precision.hint":
    "Richtig: Anteil dessen, was als eine Klasse vorhergesagt wurde und ihr Label hat (Precision).",
  "improve.matrix.unknown": "nicht bekannt",
  "improve.unchecked": "Nicht geprüft",
  "improve.unchecked.class": "{{name}}: {{reason}}",

  "improve.suspects": "Fragliche Labels",
  "improve.suspects.hint":
    "Die übrigen Labels widersprechen diesen. Sie können falsch sein oder der Karte etwas Neues zeigen.",
  "improve.suspects.none": "Keinem Label widersprechen die übrigen.",
  "improve.suspect": "{{says}}: sieht aus wie {{looks}} ({{share}})",

  "improve.changes": "Geändert seit der letzten Version",
  "improve.changes.first": "Dies ist die erste Version.",
  "improve.changes.none": "Die Karte ist in jedem Pixel gleich geblieben.",
  "improve.changes.share": "{{share}} der Karte unterscheiden sich von Version {{from}}.",
  "improve.changes.before": "Vorher",
  "improve.changes.now": "Jetzt",
  "improve.changes.more_one": "{{n}} weiteres Paar von Klassen änderte sich weniger.",
  "improve.changes.more_other": "{{n}} weitere Paare von Klassen änderten sich weniger.",

  "improve.history": "Verlauf",
  "improve.version": "Version {{version}}",
  "improve.version.current": "aktuell",
  "improve.version.labels_one": "{{n}} Label",
  "improve.version.labels_other": "{{n}} Labels",
  "improve.did.first_one": "Aus {{n}} Label erstellt",
  "improve.did.first_other": "Aus {{n}} Labels erstellt",
  "improve.did.add_one": "{{n}} Label hinzugefügt",
  "improve.did.add_other": "{{n}} Labels hinzugefügt",
  "improve.did.move_one": "{{n}} Label verschoben",
  "improve.did.move_other": "{{n}} Labels verschoben",
  "improve.did.class_one": "{{n}} Label einer anderen Klasse zugeordnet",
  "improve.did.class_other": "{{n}} Labels einer anderen Klasse zugeordnet",
  "improve.did.remove_one": "{{n}} Label entfernt",
  "improve.did.remove_other": "{{n}} Labels entfernt",
  "improve.did.restore": "Zu Version {{version}} zurückgekehrt",
  "improve.did.legend": "Klassen geändert",
  "improve.did.anew": "Neu erstellt aus den jetzt vorhandenen Bilddaten",
  "improve.return": "Zu Version {{version}} zurückkehren",
  "improve.returned": "Die Labels sind wieder die von Version {{version}}. „Rückgängig“ nimmt das zurück.",
  "improve.show": "Version {{version}} auf der Karte zeigen",
  "improve.showing": "Die Karte zeigt Version {{version}}, nicht die aktuelle.",
  "improve.show.current": "Aktuelle Version zeigen",
  "improve.older": "Ältere Versionen zeigen",
} satisfies Translated<typeof english>;
