"""The drawings as Wagtail pictures: our own work, marked as samples, in the province's shared collection."""

from django.core.files.images import ImageFile

from cms.media.models import Image, Licence
from cms.media.renditions import SOCIAL_SPEC
from cms.media.services import make_renditions
from cms.tenancy.services import shared_collection
from demo import files

# What each drawing shows, for those who cannot see it.
WORDS = {
    "air-terjun": ("Air terjun di antara pohon", "A waterfall among trees"),
    "anyaman": ("Anyaman pandan", "Woven pandan"),
    "batik": ("Selembar batik", "A length of batik"),
    "bumbu": ("Bumbu merah di piring", "Red spices on a plate"),
    "cenderamata": ("Cenderamata di meja", "Souvenirs on a table"),
    "daging": ("Rendang dan dendeng di piring", "Rendang and dried beef on a plate"),
    "danau": ("Danau di antara bukit", "A lake among hills"),
    "gula": ("Gula aren di piring", "Palm sugar on a plate"),
    "gunung": ("Gunung di kejauhan", "A mountain in the distance"),
    "hutan": ("Hutan berkabut", "A misty forest"),
    "kebun-teh": ("Kebun teh berbukit", "Tea terraces"),
    "kopi": ("Secangkir kopi dan bijinya", "A cup of coffee and its beans"),
    "kerupuk": ("Kerupuk di piring", "Crackers on a plate"),
    "kota": ("Kota dengan menara jam", "A town with a clock tower"),
    "madu": ("Madu dalam botol", "Honey in a bottle"),
    "makanan": ("Keripik di piring", "Crisps on a plate"),
    "masjid": ("Masjid saat senja", "A mosque at dusk"),
    "ngarai": ("Ngarai dengan tebing curam", "A canyon with steep cliffs"),
    "pantai": ("Pantai dan ombak kecil", "A beach with small waves"),
    "perak": ("Perhiasan perak", "Silver jewellery"),
    "pulau": ("Pulau kecil di laut tenang", "A small island in a calm sea"),
    "pulau-mentawai-ombak": ("Ombak di depan pulau", "Waves before an island"),
    "rumah-gadang": ("Rumah gadang beratap gonjong", "A house with a horned roof"),
    "sawah": ("Sawah bertingkat", "Rice terraces"),
    "tambang-kota-tua": ("Bangunan tua kota tambang", "Old buildings of a mining town"),
    "tenun": ("Kain tenun berbenang emas", "Cloth woven with gold thread"),
    "ukiran": ("Ukiran kayu", "Carved wood"),
    "uma": ("Uma di tepi hutan", "An uma by the forest"),
}


class Drawings:
    """Pictures by the name of their drawing, uploaded when first asked for, handed out in turn by motif."""

    def __init__(self) -> None:
        self.known: dict[str, int] = dict(Image.objects.filter(is_sample=True).values_list("title", "pk"))
        self.turns: dict[str, int] = {}
        self.collection = shared_collection()

    def next_of(self, motif: str) -> int:
        """The key of the next drawing of a motif."""
        names = files.drawings_of(motif)
        turn = self.turns.get(motif, 0)
        self.turns[motif] = turn + 1
        return self.named(names[turn % len(names)])

    def named(self, name: str) -> int:
        """The key of the drawing with this name."""
        if name not in self.known:
            path = files.drawing(name)
            motif = name if name in WORDS else name.split("-", 2)[2]
            alt_id, alt_en = WORDS[motif]
            with path.open("rb") as file:
                picture = Image.objects.create(
                    title=name,
                    file=ImageFile(file, name=f"{name}.webp"),
                    collection=self.collection,
                    licence=Licence.OWN,
                    holder="Lapau",
                    credit="Gambar contoh, Lapau",
                    alt_id=alt_id,
                    alt_en=alt_en,
                    is_sample=True,
                )
            # What pages show until the worker has made the rest.
            make_renditions(images=[picture], specs=(SOCIAL_SPEC,))
            self.known[name] = picture.pk
        return self.known[name]
