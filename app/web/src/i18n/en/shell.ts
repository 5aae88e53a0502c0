export const shell = {
  "shell.steps": "Steps",
  "shell.done": "done",
  "shell.map": "Map of the region",
  "shell.undo": "Undo",
  "shell.redo": "Redo",
  "shell.settings": "Language and colours",
  "shell.language": "Language",
  "shell.theme": "Colours of the page",
  "shell.theme.auto": "As the system",
  "shell.theme.light": "Light",
  "shell.theme.dark": "Dark",
  "shell.help": "Show the hints",
  "shell.next": "Next: {{name}}",
  "shell.dismiss": "Close",
  "shell.loading": "Loading …",
  "shell.offline": "The server does not answer",
  "shell.offline.detail": "What you do is kept here, and goes to the server as soon as it is back.",
  "shell.retry": "Try again",
  "shell.key.title": "This server asks for a key",
  "shell.key.detail":
    "Whoever runs the server makes keys, with `landshot keys create NAME`. It stays in this tab only.",
  "shell.key.label": "API key",
  "shell.key.use": "Use this key",
  "shell.storage": "This browser has no room left to keep the project; download the labels before you leave.",
  "shell.missing":
    "The server does not have the labels that this address means, or not for you. The place is here.",
  "shell.taken.over": "Labels were changed elsewhere too; their changes are here now. Undo takes them back.",
  "shell.failed": "Something went wrong on this page",
  "shell.failed.detail":
    "Your labels are kept. Load the page again; if it happens again, tell us what you did.",
  "shell.reload": "Load the page again",

  "shell.title.progress": "{{share}} – {{name}}",
  "shell.news.ready": "The map is ready.",
  "shell.news.ready.title": "Ready – {{name}}",
  "shell.news.failed": "The map could not be made.",
  "shell.news.failed.title": "Failed – {{name}}",
  "shell.news.look": "Look",

  "shell.tour": "Hints",
  "shell.tour.count": "{{number}} of {{all}}",
  "shell.tour.next": "Next hint",
  "shell.tour.back": "Back",
  "shell.tour.skip": "Close the hints",
  "shell.tour.done": "Got it",
  "shell.tour.welcome":
    "A made-up region with labels on it, to try things out. Click the map to ask about a place, or set labels and watch the map follow.",
  "shell.tour.steps": "From a place to its map in six steps. Go from one to the next, or jump as you like.",
  "shell.tour.map":
    "Here is your imagery. Choose the pin and a class, and click where you know what is there: a few places a class will do.",
  "shell.tour.label":
    "All labels are here: how many a class has, and what is wrong with one. Files of labels can be dropped on the page.",
  "shell.tour.undo":
    "Everything can be undone. Nothing is lost when you close the page, or when the server is away.",
  "shell.tour.take":
    "When the map looks right, make it in full and take it away: GeoTIFF, polygons, a report.",
} as const;
