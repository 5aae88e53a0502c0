import type { shell as english } from "../en/shell";
import type { Translated } from "../translated";

export const shell = {
  "shell.steps": "Étapes",
  "shell.done": "terminé",
  "shell.map": "Carte de la zone",
  "shell.undo": "Annuler",
  "shell.redo": "Rétablir",
  "shell.settings": "Langue et couleurs",
  "shell.language": "Langue",
  "shell.theme": "Couleurs de la page",
  "shell.theme.auto": "Système",
  "shell.theme.light": "Clair",
  "shell.theme.dark": "Sombre",
  "shell.help": "Afficher les conseils",
  "shell.next": "Suite : {{name}}",
  "shell.dismiss": "Fermer",
  "shell.loading": "Chargement…",
  "shell.offline": "Le serveur ne répond pas",
  "shell.offline.detail":
    "Tout ce qui est fait ici est conservé et part vers le serveur dès qu’il répond de nouveau.",
  "shell.retry": "Réessayer",
  "shell.key.title": "Ce serveur demande une clé",
  "shell.key.detail":
    "La personne qui gère le serveur crée les clés avec `landshot keys create NAME`. La clé reste uniquement dans cet onglet.",
  "shell.key.label": "Clé d’API",
  "shell.key.use": "Utiliser cette clé",
  "shell.storage":
    "Ce navigateur n’a plus de place pour conserver le projet ; télécharger les étiquettes avant de partir.",
  "shell.missing":
    "Le serveur n’a pas les étiquettes que désigne cette adresse, ou elles appartiennent à quelqu’un d’autre. Le lieu, lui, est affiché.",
  "shell.taken.over":
    "Les étiquettes ont aussi été modifiées ailleurs ; ces modifications sont maintenant ici. « Annuler » les retire.",
  "shell.failed": "Une erreur est survenue sur cette page",
  "shell.failed.detail":
    "Les étiquettes sont conservées. Recharger la page ; si l’erreur se reproduit, merci de signaler ce qui a été fait.",
  "shell.reload": "Recharger la page",

  "shell.title.progress": "{{share}} – {{name}}",
  "shell.news.ready": "La carte est prête.",
  "shell.news.ready.title": "Prête – {{name}}",
  "shell.news.failed": "La carte n’a pas pu être créée.",
  "shell.news.failed.title": "Échec – {{name}}",
  "shell.news.look": "Voir",

  "shell.tour": "Conseils",
  "shell.tour.count": "{{number}} sur {{all}}",
  "shell.tour.next": "Conseil suivant",
  "shell.tour.back": "Retour",
  "shell.tour.skip": "Fermer les conseils",
  "shell.tour.done": "Compris",
  "shell.tour.welcome":
    "Une zone inventée, déjà étiquetée, pour faire des essais. Cliquer sur la carte pour interroger un lieu, ou poser des étiquettes et voir la carte les suivre.",
  "shell.tour.steps": "D’un lieu à sa carte en six étapes, l’une après l’autre ou dans l’ordre voulu.",
  "shell.tour.map":
    "Voici les images. Choisir l’épingle et une classe, puis cliquer là où l’on sait ce qu’il y a : quelques endroits par classe suffisent.",
  "shell.tour.label":
    "Toutes les étiquettes sont ici : combien une classe en a, et ce qui ne va pas pour l’une d’elles. Les fichiers d’étiquettes peuvent être déposés sur la page.",
  "shell.tour.undo":
    "Tout peut être annulé. Rien n’est perdu quand la page est fermée ou que le serveur ne répond pas.",
  "shell.tour.take":
    "Quand la carte convient, la créer en entier et l’emporter : GeoTIFF, polygones, rapport.",
} satisfies Translated<typeof english>;
