import type { improve as english } from "../en/improve";
import type { Translated } from "../translated";

export const improve = {
  "improve.title": "Mejorar",
  "improve.none": "Todavía no hay mapa. Etiquetar lugares de dos clases o más y volver aquí.",
  "improve.asking": "Calculando…",
  "improve.waiting": "El servidor no responde en este momento; se le vuelve a preguntar.",
  "improve.old": "Calculando con las etiquetas nuevas…",

  "improve.areas": "Superficies",
  "improve.areas.class": "Clase",
  "improve.areas.area": "Superficie",
  "improve.areas.share": "Porcentaje",
  "improve.areas.nodata": "Sin datos",
  "improve.areas.total": "Total",
  "improve.areas.note":
    "Píxeles contados de este mapa: lo que el mapa muestra, no lo que hay sobre el terreno.",
  "improve.areas.step": "La zona es grande: se contó una de cada {{step}} filas y columnas.",

  "improve.accuracy": "Lo que las etiquetas dicen unas de otras",
  "improve.accuracy.right_one": "El {{share}} de {{n}} etiqueta se predice bien a partir de las demás.",
  "improve.accuracy.right_other": "El {{share}} de {{n}} etiquetas se predice bien a partir de las demás.",
  "improve.accuracy.interval":
    "Solo por azar podría estar entre el {{low}} y el {{high}} (intervalo del 95 %).",
  "improve.matrix": "Etiquetas (filas) y como qué se predijeron (columnas)",
  "improve.matrix.corner": "Etiqueta",
  "improve.matrix.recall": "Halladas",
  "improve.matrix.precision": "Correctas",
  "improve.matrix.recall.hint":
    "Halladas: de las etiquetas de una clase, la parte que se predijo así (exhaustividad).",
  "improve.matrix.precision.hint":
    "Correctas: de todo lo que se predijo como una clase, la parte que tiene su etiqueta (precisión).",
  "improve.matrix.unknown": "no se sabe",
  "improve.unchecked": "Sin comprobar",
  "improve.unchecked.class": "{{name}}: {{reason}}",

  "improve.suspects": "Etiquetas por revisar",
  "improve.suspects.hint":
    "Las demás etiquetas las contradicen. Pueden estar mal o enseñarle al mapa algo nuevo.",
  "improve.suspects.none": "Las demás no contradicen a ninguna etiqueta.",
  "improve.suspect": "{{says}}: se parece a {{looks}} ({{share}})",

  "improve.changes": "Cambios desde la última versión",
  "improve.changes.first": "Esta es la primera versión.",
  "improve.changes.none": "El mapa es igual en todos los píxeles.",
  "improve.changes.share": "El {{share}} del mapa difiere de la versión {{from}}.",
  "improve.changes.before": "Antes",
  "improve.changes.now": "Ahora",
  "improve.changes.more_one": "{{n}} par de clases más cambió menos.",
  "improve.changes.more_other": "{{n}} pares de clases más cambiaron menos.",

  "improve.history": "Historial",
  "improve.version": "Versión {{version}}",
  "improve.version.current": "actual",
  "improve.version.labels_one": "{{n}} etiqueta",
  "improve.version.labels_other": "{{n}} etiquetas",
  "improve.did.first_one": "Creada con {{n}} etiqueta",
  "improve.did.first_other": "Creada con {{n}} etiquetas",
  "improve.did.add_one": "{{n}} etiqueta añadida",
  "improve.did.add_other": "{{n}} etiquetas añadidas",
  "improve.did.move_one": "{{n}} etiqueta movida",
  "improve.did.move_other": "{{n}} etiquetas movidas",
  "improve.did.class_one": "{{n}} etiqueta cambiada de clase",
  "improve.did.class_other": "{{n}} etiquetas cambiadas de clase",
  "improve.did.remove_one": "{{n}} etiqueta eliminada",
  "improve.did.remove_other": "{{n}} etiquetas eliminadas",
  "improve.did.restore": "Vuelta a la versión {{version}}",
  "improve.did.legend": "clases cambiadas",
  "improve.did.anew": "Creada de nuevo con las imágenes que hay ahora",
  "improve.return": "Volver a la versión {{version}}",
  "improve.returned": "Las etiquetas vuelven a ser las de la versión {{version}}. «Deshacer» lo revierte.",
  "improve.show": "Mostrar la versión {{version}} en el mapa",
  "improve.showing": "El mapa muestra la versión {{version}}, no la actual.",
  "improve.show.current": "Mostrar la versión actual",
  "improve.older": "Mostrar versiones anteriores",
} satisfies Translated<typeof english>;
