import type { shell as english } from "../en/shell";
import type { Translated } from "../translated";

export const shell = {
  "shell.steps": "Pasos",
  "shell.done": "hecho",
  "shell.map": "Mapa de la zona",
  "shell.undo": "Deshacer",
  "shell.redo": "Rehacer",
  "shell.settings": "Idioma y colores",
  "shell.language": "Idioma",
  "shell.theme": "Colores de la página",
  "shell.theme.auto": "Sistema",
  "shell.theme.light": "Claro",
  "shell.theme.dark": "Oscuro",
  "shell.help": "Mostrar las indicaciones",
  "shell.next": "Siguiente: {{name}}",
  "shell.dismiss": "Cerrar",
  "shell.loading": "Cargando…",
  "shell.offline": "El servidor no responde",
  "shell.offline.detail":
    "Todo lo que se haga se conserva aquí y se envía al servidor en cuanto vuelva a responder.",
  "shell.retry": "Volver a intentar",
  "shell.key.title": "Este servidor pide una clave",
  "shell.key.detail":
    "Quien administra el servidor crea las claves con `landshot keys create NAME`. La clave solo se guarda en esta pestaña.",
  "shell.key.label": "Clave de API",
  "shell.key.use": "Usar esta clave",
  "shell.storage":
    "En este navegador no queda espacio para guardar el proyecto; conviene descargar las etiquetas antes de salir.",
  "shell.missing":
    "El servidor no tiene las etiquetas a las que remite esta dirección, o pertenecen a otra persona. El lugar sí se muestra.",
  "shell.taken.over":
    "Las etiquetas también se modificaron en otro sitio; esos cambios ya están aquí. «Deshacer» los revierte.",
  "shell.failed": "Algo ha fallado en esta página",
  "shell.failed.detail":
    "Las etiquetas están guardadas. Volver a cargar la página; si ocurre de nuevo, conviene comunicar qué se estaba haciendo.",
  "shell.reload": "Volver a cargar la página",

  "shell.title.progress": "{{share}} – {{name}}",
  "shell.news.ready": "El mapa está listo.",
  "shell.news.ready.title": "Listo – {{name}}",
  "shell.news.failed": "No se pudo crear el mapa.",
  "shell.news.failed.title": "Error – {{name}}",
  "shell.news.look": "Ver",

  "shell.tour": "Indicaciones",
  "shell.tour.count": "{{number}} de {{all}}",
  "shell.tour.next": "Siguiente indicación",
  "shell.tour.back": "Atrás",
  "shell.tour.skip": "Cerrar las indicaciones",
  "shell.tour.done": "Entendido",
  "shell.tour.welcome":
    "Una zona inventada y con etiquetas, para hacer pruebas. Hacer clic en el mapa para consultar un lugar, o poner etiquetas y ver cómo el mapa las sigue.",
  "shell.tour.steps": "De un lugar a su mapa en seis pasos, uno tras otro o en cualquier orden.",
  "shell.tour.map":
    "Aquí están las imágenes. Elegir la chincheta y una clase, y hacer clic donde se sepa qué hay: bastan unos pocos lugares por clase.",
  "shell.tour.label":
    "Aquí están todas las etiquetas: cuántas tiene cada clase y qué falla en alguna. Los archivos de etiquetas se pueden soltar en la página.",
  "shell.tour.undo":
    "Todo se puede deshacer. No se pierde nada al cerrar la página ni cuando el servidor no responde.",
  "shell.tour.take":
    "Cuando el mapa esté bien, crearlo completo y llevárselo: GeoTIFF, polígonos, un informe.",
} satisfies Translated<typeof english>;
