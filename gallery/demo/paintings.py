"""The eight paintings of the open sale, all in the public domain, with their texts in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gallery.lots.services import Words

PICTURES = Path(__file__).parent / "pictures"


@dataclass(frozen=True, slots=True)
class Maker:
    """An artist: name, years of birth and death."""

    name: str
    born: int
    died: int


@dataclass(frozen=True, slots=True)
class Painting:
    """One work. Amounts in CFA francs, measures (height, width) in millimetres."""

    file: str
    title: Words
    maker: Maker
    year: str
    category: str
    medium: Words
    size_mm: tuple[int, int]
    alt: Words
    description: Words
    opening: int
    reserve: int | None = None


VAN_GOGH = Maker("Vincent van Gogh", 1853, 1890)
OIL = Words("Oil on canvas", "Huile sur toile")

PAINTINGS = (
    Painting(
        "hoitsu-willow-and-cherry.jpg",
        Words("Cherry Tree and Willow (detail)", "Cerisier et saule (détail)"),
        Maker("Sakai Hōitsu", 1761, 1828),
        "1810",
        "painting",
        Words(
            "Ink and colour on gold leaf, folding screen; attributed",
            "Encre et couleurs sur feuille d’or, paravent\u202f; attribué",
        ),
        (1660, 1800),
        Words(
            "A flowering cherry and a hanging willow before gold",
            "Un cerisier en fleurs et un saule pleureur sur fond d’or",
        ),
        Words(
            "One wing of a folding screen: blossom and young leaves, painted wet in wet, before a ground of gold leaf.",
            "Un panneau de paravent : fleurs et jeunes feuilles, peintes dans le frais, sur fond de feuilles d’or.",
        ),
        150_000,
    ),
    Painting(
        "hokusai-great-wave.jpg",
        Words("The Great Wave off Kanagawa", "La Grande Vague de Kanagawa"),
        Maker("Katsushika Hokusai", 1760, 1849),
        "1831",
        "print",
        Words("Woodblock print", "Gravure sur bois"),
        (257, 379),
        Words(
            "A huge wave rears up over three boats; far off, Mount Fuji",
            "Une vague immense se dresse au-dessus de trois barques\u202f; au loin, le mont Fuji",
        ),
        Words(
            "Late impression, lively Prussian blue, short margins. Raking light shows an old repair of one boat.",
            "Épreuve tardive, bleu de Prusse vif, marges courtes. Ancienne restauration visible en lumière rasante.",
        ),
        120_000,
        180_000,
    ),
    Painting(
        "kandinsky-composition-vii.jpg",
        Words("Composition VII", "Composition VII"),
        Maker("Wassily Kandinsky", 1866, 1944),
        "1913",
        "painting",
        OIL,
        (2000, 3000),
        Words("A storm of colours and lines around an oval", "Une tempête de couleurs et de lignes autour d’un ovale"),
        Words(
            "Painted in four days after months of studies: resurrection, flood and judgement, dissolved into colour.",
            "Peinte en quatre jours après des mois d’études : résurrection et déluge, dissous dans la couleur.",
        ),
        400_000,
    ),
    Painting(
        "monet-water-lilies.jpg",
        Words("Water Lilies", "Nymphéas"),
        Maker("Claude Monet", 1840, 1926),
        "1919",
        "painting",
        OIL,
        (1010, 2000),
        Words("Water lilies on a pond that mirrors the sky", "Des nymphéas sur un étang qui reflète le ciel"),
        Words(
            "The pond at Giverny without a shore: lilies, clouds and depth lie on one surface.",
            "L’étang de Giverny sans rive : fleurs, nuages et profondeur tiennent sur une même surface.",
        ),
        350_000,
        500_000,
    ),
    Painting(
        "munch-the-scream.jpg",
        Words("The Scream", "Le Cri"),
        Maker("Edvard Munch", 1863, 1944),
        "1893",
        "painting",
        Words("Oil, tempera and pastel on cardboard", "Huile, tempera et pastel sur carton"),
        (910, 735),
        Words(
            "A figure on a bridge holds its head under a red sky",
            "Une figure sur un pont se tient la tête sous un ciel rouge",
        ),
        Words(
            "“I sensed a great, infinite scream pass through nature.” Cardboard, unvarnished; edges rubbed.",
            "« J’ai senti un grand cri infini traverser la nature. » Carton, non verni\u202f; bords frottés.",
        ),
        300_000,
    ),
    Painting(
        "van-gogh-starry-night-over-the-rhone.jpg",
        Words("Starry Night over the Rhône", "La Nuit étoilée sur le Rhône"),
        VAN_GOGH,
        "1888",
        "painting",
        OIL,
        (725, 920),
        Words(
            "Stars and gaslight mirrored in a river; a couple on the bank",
            "Étoiles et becs de gaz reflétés dans un fleuve\u202f; un couple sur la rive",
        ),
        Words(
            "Painted on the spot at Arles, by the light of a gas lamp; the Great Bear stands over the town.",
            "Peinte sur le motif à Arles, à la lueur d’un bec de gaz\u202f; la Grande Ourse veille sur la ville.",
        ),
        250_000,
    ),
    Painting(
        "turner-wreck-of-a-transport-ship.jpg",
        Words("The Wreck of a Transport Ship", "Le Naufrage d’un navire de transport"),
        Maker("J. M. W. Turner", 1775, 1851),
        "1810",
        "painting",
        OIL,
        (1730, 2450),
        Words(
            "Boats and people in the breakers around a sinking ship",
            "Des barques et des hommes dans les brisants autour d’un navire qui sombre",
        ),
        Words(
            "A captain who saw it is said to have told: no ship could live in such a sea.",
            "Un capitaine qui la vit aurait dit : aucun navire ne survivrait à une telle mer.",
        ),
        200_000,
        900_000,
    ),
    Painting(
        "van-gogh-the-starry-night.jpg",
        Words("The Starry Night", "La Nuit étoilée"),
        VAN_GOGH,
        "1889",
        "painting",
        OIL,
        (737, 921),
        Words(
            "A swirling night sky over a village and a cypress",
            "Un ciel nocturne en volutes au-dessus d’un village et d’un cyprès",
        ),
        Words(
            "The view from the window at Saint-Rémy before sunrise, with a village from memory.",
            "La vue de la fenêtre à Saint-Rémy avant le lever du soleil, avec un village de mémoire.",
        ),
        250_000,
    ),
)
