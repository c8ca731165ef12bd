"""Each drawing's title, and the sentence or two that say how to read it, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

LEADS: Mapping[str, tuple[str, str]] = {
    "context": ("Context", "Contexte"),
    "context-lead": (
        "Who uses the platform, what it takes from and gives to, and who guards and watches it. "
        "A full arrow carries business data; a dotted one is opened for logins, metrics, copies or administration.",
        "Qui utilise la plateforme, d'où elle prend et à qui elle donne, qui la protège et la surveille. "
        "Une flèche pleine porte des données métier ; une flèche pointillée est ouverte pour des connexions, "
        "des métriques, des copies ou l'administration.",
    ),
    "containers": ("Parts that move business data", "Éléments qui déplacent les données métier"),
    "containers-lead": (
        "Each part in its network zone. Arrows point the way data move; a dotted one is a pull, opened by who gets.",
        "Chaque élément dans sa zone réseau. Les flèches suivent les données ; une flèche pointillée est ouverte par "
        "celui qui reçoit.",
    ),
    "guarding": ("Logins, keys and names", "Connexions, clés et noms"),
    "guarding-lead": (
        "Arrows point from who opens the connection. What plays no part of its own is drawn together, by zone.",
        "Les flèches partent de qui ouvre la connexion. Ce qui n'a pas de rôle propre est dessiné ensemble, par zone.",
    ),
    "administering": ("Administration and releases", "Administration et livraisons"),
    "administering-lead": (
        "Arrows point from who opens the connection. What plays no part of its own is drawn together, by zone.",
        "Les flèches partent de qui ouvre la connexion. Ce qui n'a pas de rôle propre est dessiné ensemble, par zone.",
    ),
    "watching": ("Metrics, logs and second copies", "Métriques, journaux et copies de secours"),
    "watching-lead": (
        "Arrows point from who opens the connection. What plays no part of its own is drawn together, by zone.",
        "Les flèches partent de qui ouvre la connexion. Ce qui n'a pas de rôle propre est dessiné ensemble, par zone.",
    ),
    "deployment": ("Deployment", "Déploiement"),
    "deployment-lead": (
        "Where everything stands: a frame is a place that fails as one, a box what a network zone has there. "
        "Thick lines are the links between places. A place with rooms or zones in it has a picture of its own below.",
        "Où tout se trouve : un cadre est un lieu qui tombe d'un bloc, une boîte ce qu'une zone réseau y possède. "
        "Les traits épais sont les liens. Un lieu qui contient des salles ou des zones a sa propre image plus bas.",
    ),
    "deployment-in": ("Deployment: {name}", "Déploiement : {name}"),
    "deployment-in-lead": (
        "Each frame fails by itself; a box is what a network zone has there.",
        "Chaque cadre tombe seul ; une boîte est ce qu'une zone réseau y possède.",
    ),
    "zones": ("Zones: business data and copies", "Zones : données métier et copies"),
    "zones-control": ("Zones: logins, keys, administration", "Zones : connexions, clés, administration"),
    "zones-watch": ("Zones: metrics and logs", "Zones : métriques et journaux"),
    "zones-lead": (
        "Arrows point from the zone that opens the connection to the one that is called; their colour is the class "
        "of data that needs most care among what crosses, in either direction.",
        "Les flèches vont de la zone qui ouvre la connexion à celle qui est appelée ; leur couleur est la classe de "
        "données la plus sensible parmi ce qui passe, dans un sens ou dans l'autre.",
    ),
    "ingest": ("Sequence: events come in by {name}", "Séquence : arrivée des événements par {name}"),
    "ingest-lead": (
        "From the change at the source to the topic. A full line opens a connection, a dashed line is its answer.",
        "Du changement à la source jusqu'au topic. Un trait plein ouvre une connexion, un tireté est sa réponse.",
    ),
    "export": ("Sequence: from the topic to what is published", "Séquence : du topic à ce qui est publié"),
    "export-lead": (
        "The job reads, keeps the ledger and makes the tables; one version of them is checked and sent out.",
        "Le traitement lit, tient le registre et fait les tables ; une version en est contrôlée puis envoyée.",
    ),
    "reading": ("Sequence: how people read it", "Séquence : comment on le lit"),
    "reading-lead": (
        "From what was published to whoever looks at it.",
        "De ce qui est publié jusqu'à qui le regarde.",
    ),
    "incident": ("Sequence: {name}", "Séquence : {name}"),
    "incident-lead": (
        "What waits and where, who is told, what they do, and how what waited is made up for.",
        "Ce qui attend et où, qui est prévenu, ce qui est fait, et comment le retard est rattrapé.",
    ),
    "recovery": ("Sequence: recovery after the loss of everything", "Séquence : reprise après la perte de tout"),
    "recovery-lead": (
        "Tiers 1 and 2, each after what it waits for; hours are work, once people are there.",
        "Niveaux 1 et 2, chacun après ce qu'il attend ; les heures sont du travail, une fois les personnes présentes.",
    ),
    "data-holders": ("Data by class", "Données par classe"),
    "data-lead": (
        "Who holds which class of data in which form, and where it goes. Thick: personal data in clear. "
        "Dotted: encrypted by us before it left.",
        "Qui détient quelle classe de données sous quelle forme, et où elle va. Épais : personnel en clair. "
        "Pointillé : chiffré par nous avant le départ.",
    ),
    "flows": ("Flow matrix", "Matrice des flux"),
    "flows-lead": (
        "Every flow once, by purpose. The volume is in megabytes a day: low / likely / high.",
        "Chaque flux une fois, par but. Le volume est en mégaoctets par jour : bas / probable / haut.",
    ),
    "firewall": ("Firewall rules", "Règles de pare-feu"),
    "firewall-lead": (
        "What the flows need, and nothing else. Rules are stateful: an answer needs none of its own.",
        "Ce dont les flux ont besoin, et rien d'autre. Les règles suivent l'état : une réponse n'en demande pas.",
    ),
    "broker-acls": ("Access rules of the broker", "Règles d'accès du broker"),
    "broker-acls-lead": (
        "Kafka ACLs from the permissions of each identity; what is not listed is refused.",
        "ACL Kafka tirées des droits de chaque identité ; ce qui n'est pas listé est refusé.",
    ),
    "identities": ("Identities and rights", "Identités et droits"),
    "identities-lead": (
        "Who acts, who vouches for it, for how long one proof is good, and what it may do.",
        "Qui agit, qui s'en porte garant, combien de temps une preuve vaut, et ce qui est permis.",
    ),
    "rights": ("Matrix of rights", "Matrice des droits"),
    "rights-lead": (
        "Identities against what they may act on.",
        "Les identités face à ce sur quoi elles peuvent agir.",
    ),
    "secrets": ("Secrets", "Secrets"),
    "secrets-lead": (
        "What proves an identity: where it is kept, who uses it, how often it is changed.",
        "Ce qui prouve une identité : où c'est gardé, qui s'en sert, à quel rythme c'est changé.",
    ),
    "keys": ("Keys", "Clés"),
    "keys-lead": (
        "What protects stored data: who could use it without us, where its copy is.",
        "Ce qui protège les données stockées : qui pourrait s'en servir sans nous, où est sa copie.",
    ),
    "raci": ("Who does what (RACI)", "Qui fait quoi (RACI)"),
    "raci-lead": (
        "R does it, A answers for it, C is asked before, I is told after.",
        "R réalise, A rend compte, C est consulté avant, I est informé après.",
    ),
}
