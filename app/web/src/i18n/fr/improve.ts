import type { improve as english } from "../en/improve";
import type { Translated } from "../translated";

export const improve = {
  "improve.title": "Améliorer",
  "improve.none":
    "Il n’y a pas encore de carte. Étiqueter des lieux d’au moins deux classes, puis revenir ici.",
  "improve.asking": "Calcul…",
  "improve.waiting": "Le serveur ne répond pas pour le moment ; il est interrogé de nouveau.",
  "improve.old": "Calcul pour les nouvelles étiquettes…",

  "improve.areas": "Surfaces",
  "improve.areas.class": "Classe",
  "improve.areas.area": "Surface",
  "improve.areas.share": "Part",
  "improve.areas.nodata": "Sans données",
  "improve.areas.total": "Total",
  "improve.areas.note":
    "Pixels de cette carte, comptés : ce que montre la carte, pas ce qu’il y a sur le terrain.",
  "improve.areas.step": "La zone est grande : une ligne et une colonne sur {{step}} ont été comptées.",

  "improve.accuracy": "Ce que les étiquettes disent les unes des autres",
  "improve.accuracy.right_one": "{{share}} de {{n}} étiquette est bien prédit à partir des autres.",
  "improve.accuracy.right_other": "{{share}} des {{n}} étiquettes sont bien prédites à partir des autres.",
  "improve.accuracy.interval":
    "Par le seul hasard, ce pourrait être de {{low}} à {{high}} (intervalle à 95 %).",
  "improve.matrix": "Étiquettes (lignes) et classe prédite (colonnes)",
  "improve.matrix.corner": "Étiquette",
  "improve.matrix.recall": "Trouvées",
  "improve.matrix.precision": "Justes",
  "improve.matrix.recall.hint":
    "Trouvées : parmi les étiquettes d’une classe, la part prédite comme telle (rappel).",
  "improve.matrix.precision.hint":
    "Justes : parmi tout ce qui a été prédit comme une classe, la part qui porte son étiquette (précision).",
  "improve.matrix.unknown": "inconnu",
  "improve.unchecked": "Non vérifié",
  "improve.unchecked.class": "{{name}} : {{reason}}",

  "improve.suspects": "Étiquettes à revoir",
  "improve.suspects.hint":
    "Les autres étiquettes les contredisent. Elles peuvent être fausses, ou apprendre du nouveau à la carte.",
  "improve.suspects.none": "Aucune étiquette n’est contredite par les autres.",
  "improve.suspect": "{{says}} : ressemble à {{looks}} ({{share}})",

  "improve.changes": "Changements depuis la dernière version",
  "improve.changes.first": "C’est la première version.",
  "improve.changes.none": "La carte est identique dans tous les pixels.",
  "improve.changes.share": "{{share}} de la carte diffère de la version {{from}}.",
  "improve.changes.before": "Avant",
  "improve.changes.now": "Maintenant",
  "improve.changes.more_one": "{{n}} autre paire de classes a moins changé.",
  "improve.changes.more_other": "{{n}} autres paires de classes ont moins changé.",

  "improve.history": "Historique",
  "improve.version": "Version {{version}}",
  "improve.version.current": "actuelle",
  "improve.version.labels_one": "{{n}} étiquette",
  "improve.version.labels_other": "{{n}} étiquettes",
  "improve.did.first_one": "Créée à partir de {{n}} étiquette",
  "improve.did.first_other": "Créée à partir de {{n}} étiquettes",
  "improve.did.add_one": "{{n}} étiquette ajoutée",
  "improve.did.add_other": "{{n}} étiquettes ajoutées",
  "improve.did.move_one": "{{n}} étiquette déplacée",
  "improve.did.move_other": "{{n}} étiquettes déplacées",
  "improve.did.class_one": "{{n}} étiquette changée de classe",
  "improve.did.class_other": "{{n}} étiquettes changées de classe",
  "improve.did.remove_one": "{{n}} étiquette supprimée",
  "improve.did.remove_other": "{{n}} étiquettes supprimées",
  "improve.did.restore": "Retour à la version {{version}}",
  "improve.did.legend": "classes modifiées",
  "improve.did.anew": "Créée à nouveau à partir des images disponibles maintenant",
  "improve.return": "Revenir à la version {{version}}",
  "improve.returned":
    "Les étiquettes sont de nouveau celles de la version {{version}}. « Annuler » revient en arrière.",
  "improve.show": "Afficher la version {{version}} sur la carte",
  "improve.showing": "La carte montre la version {{version}}, pas la version actuelle.",
  "improve.show.current": "Afficher la version actuelle",
  "improve.older": "Afficher des versions plus anciennes",
} satisfies Translated<typeof english>;
